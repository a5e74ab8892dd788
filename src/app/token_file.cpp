// SPDX-License-Identifier: Apache-2.0
#include "app/token_file.h"

#include "base/text.h"
#include "net/files.h"

namespace carbon::app {

Result<std::string> ReadTokenFile(const std::string& flag, const std::string& path) {
  constexpr size_t kMost = 4096;
  if (path.empty()) {
    return std::string();
  }
  const auto text = net::ReadFile(path, kMost);
  if (!text) {
    return text.error().In(flag);
  }
  const std::string token(Trim(Split(*text, '\n').front()));
  if (token.empty()) {
    return Invalid(flag + ": " + path + " starts with an empty line, not with a token");
  }
  return token;
}

}  // namespace carbon::app
