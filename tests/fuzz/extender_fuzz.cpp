// SPDX-License-Identifier: Apache-2.0
// Any bytes as a scheduler's question: it is answered by JSON, with scores that a scheduler takes.
#include "serve/extender.h"

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/clock.h"
#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto clock = net::MakeRealClock();
  static workloads::NodeRanker ranker(*workloads::ParseNodeRankerOptions(""));
  static serve::ExtenderMetrics metrics;
  static serve::Extender extender(ranker, *clock, metrics, {.limit = GramsPerKwh(300)});
  for (const char* path : {"/prioritize", "/filter"}) {
    const auto answer =
        extender.Answer({.method = "POST",
                         .path = path,
                         .query = {},
                         .parameters = {},
                         .headers = {},
                         .body = std::string(reinterpret_cast<const char*>(data), size)});
    fuzz::Check(answer.status == 200 || answer.status == 400);
    const auto parsed = boost::json::parse(answer.body);
    const bool list = path == std::string_view("/prioritize") && answer.status == 200;
    fuzz::Check(parsed.is_array() == list);
    fuzz::Check(answer.status == 200 || answer.body.size() < 300);
  }
  return 0;
}
