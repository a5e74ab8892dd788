// SPDX-License-Identifier: Apache-2.0
// Any bytes through the C ABI: the first byte chooses what they are, and what comes out is within
// what the header promises.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "capi/carbon_kube.h"
#include "promises.h"

using carbon::fuzz::Check;

namespace {

constexpr int64_t kNow = 1'625'140'800'000;  // 2021-07-01T12:00:00Z
constexpr size_t kErrorSize = 100;

carbon_text Text(std::string_view text) { return {text.data(), text.size()}; }

/// A number from the front of `text`.
int64_t Number(std::string_view& text) {
  int64_t number = 0;
  const size_t size = std::min(text.size(), sizeof(number));
  std::memcpy(&number, text.data(), size);
  text.remove_prefix(size);
  return number;
}

void CheckStatus(carbon_status status, const std::array<char, kErrorSize>& error) {
  Check(status == CARBON_OK || status == CARBON_INVALID);
  Check((status == CARBON_OK) == (error[0] == '\0'));
  Check(std::memchr(error.data(), '\0', error.size()) != nullptr);
}

/// Names of the text's words, ends of its bytes where it begins with '!'.
void Score(carbon_ranker* ranker, std::string_view text) {
  carbon_pod pod{};
  pod.cpu_millicores = Number(text);
  pod.memory_bytes = Number(text);
  pod.run_milliseconds = Number(text);
  const int64_t now = text.starts_with('.') ? kNow : Number(text);
  std::vector<uint32_t> ends;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') {
      ends.push_back(static_cast<uint32_t>(i));
    } else if (text.front() == '!') {
      // Any order, but within the bytes: their length is the caller's word.
      ends.push_back(static_cast<uint32_t>(static_cast<unsigned char>(text[i]) % text.size()));
    }
  }
  const carbon_names names{text.data(), ends.data(), ends.size()};
  std::vector<double> values(ends.size());
  std::vector<uint8_t> scores(ends.size());
  size_t unknown = 0;
  std::array<char, kErrorSize> error{};
  const carbon_status status = carbon_score(ranker, &pod, now, &names, values.data(), scores.data(),
                                            &unknown, error.data(), error.size());
  CheckStatus(status, error);
  if (status != CARBON_OK) {
    return;
  }
  size_t nans = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    nans += std::isnan(values[i]) ? 1 : 0;
    Check(std::isnan(values[i]) || (std::isfinite(values[i]) && values[i] >= 0));
    Check(scores[i] <= 100);
  }
  Check(nans == unknown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static carbon_ranker* const ranker = carbon_ranker_open({}, nullptr, 0);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.empty()) {
    return 0;
  }
  const char what = text.front();
  text.remove_prefix(1);
  std::array<char, kErrorSize> error{};
  if (what == 'z') {
    CheckStatus(carbon_load_zones(ranker, Text(text), error.data(), error.size()), error);
  } else if (what == 'o') {
    carbon_ranker* const other = carbon_ranker_open(Text(text), error.data(), error.size());
    Check((other != nullptr) == (error[0] == '\0'));
    carbon_ranker_close(other);
  } else if (what == 'n') {
    const carbon_node node{.region = Text(text), .instance_type = Text(text), .zone = Text(text)};
    CheckStatus(carbon_upsert_node(ranker, Text(text), &node, error.data(), error.size()), error);
    (void)carbon_remove_node(ranker, Text(text.substr(text.size() / 2)));
  } else if (what == 'e') {
    const carbon_pod pod{};
    size_t needed = 0;
    (void)carbon_explain(ranker, &pod, kNow, Text(text), nullptr, 0, &needed);
    std::string json(needed, '\0');
    Check(carbon_explain(ranker, &pod, kNow, Text(text), json.data(), json.size(), nullptr) ==
          CARBON_OK);
  } else {
    Score(ranker, text);
  }
  return 0;
}
