// SPDX-License-Identifier: Apache-2.0
#include "grid/signal.h"

#include <array>

namespace carbon::grid {
namespace {

struct KindName {
  SignalKind kind;
  std::string_view name;
};
constexpr std::array<KindName, 3> kKinds = {{{SignalKind::average_lifecycle, "average-lifecycle"},
                                             {SignalKind::average_direct, "average-direct"},
                                             {SignalKind::marginal, "marginal"}}};

}  // namespace

std::string_view ToString(SignalKind kind) { return kKinds.at(static_cast<size_t>(kind)).name; }

std::optional<SignalKind> ParseSignalKind(std::string_view text) {
  for (const KindName& candidate : kKinds) {
    if (candidate.name == text) {
      return candidate.kind;
    }
  }
  return std::nullopt;
}

}  // namespace carbon::grid
