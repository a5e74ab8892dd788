// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/http.h"
#include "net/http_server.h"

using carbon::net::ParseTarget;
using carbon::net::UrlEncode;

/// Whatever was understood means the same when it is written out again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto request = ParseTarget({reinterpret_cast<const char*>(data), size});
  if (!request) {
    return 0;
  }
  std::string again = "/" + UrlEncode(std::string_view(request->path).substr(1)) + "?";
  for (const auto& [name, value] : request->query) {
    again += UrlEncode(name) + "=" + UrlEncode(value) + "&";
  }
  if (again.size() > 8192) {
    return 0;
  }
  const auto copy = ParseTarget(again);
  if (!copy || copy->path != request->path || copy->query != request->query) {
    std::abort();
  }
  return 0;
}
