// SPDX-License-Identifier: Apache-2.0
#include "workloads/quantity.h"

#include <array>

#include "base/text.h"

namespace carbon::workloads {
namespace {

struct Suffix {
  std::string_view name;
  double factor;
};
constexpr double kKibi = 1024;
constexpr std::array<Suffix, 15> kSuffixes = {{
    {"Ki", kKibi},
    {"Mi", kKibi* kKibi},
    {"Gi", kKibi* kKibi* kKibi},
    {"Ti", kKibi* kKibi* kKibi* kKibi},
    {"Pi", kKibi* kKibi* kKibi* kKibi* kKibi},
    {"Ei", kKibi* kKibi* kKibi* kKibi* kKibi* kKibi},
    {"n", 1e-9},
    {"u", 1e-6},
    {"m", 1e-3},
    {"k", 1e3},
    {"M", 1e6},
    {"G", 1e9},
    {"T", 1e12},
    {"P", 1e15},
    {"E", 1e18},
}};
constexpr double kMost = 1e18;

}  // namespace

std::optional<double> ParseQuantity(std::string_view text) {
  double factor = 1;
  bool suffixed = false;
  for (const Suffix& suffix : kSuffixes) {
    if (text.ends_with(suffix.name)) {
      factor = suffix.factor;
      suffixed = true;
      text.remove_suffix(suffix.name.size());
      break;
    }
  }
  if (text.starts_with('+')) {  // the API server stores "+1Ki" as it is
    text.remove_prefix(1);
  }
  const bool exponent = text.find_first_of("eE") != std::string_view::npos;
  const auto number = ParseDouble(text);
  if (!number || (suffixed && exponent) || *number < 0 || *number * factor > kMost) {
    return std::nullopt;
  }
  return *number * factor;
}

}  // namespace carbon::workloads
