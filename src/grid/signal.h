// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace carbon::grid {

/// The highest intensity that is believed, in g/kWh: far above any grid (coal alone: about 1200),
/// far below what would overflow a sum.
constexpr double kHighestIntensity = 10'000;

/// A zone of the electricity grid, by its provider's key ("US-CAL-CISO", "DE", "SE").
struct ZoneId {
  std::string name;

  auto operator<=>(const ZoneId&) const = default;
};

/// What an intensity counts. Values of different kinds are never compared or mixed.
enum class SignalKind {
  average_lifecycle,  ///< grid average, emissions of building and fuelling plants included
  average_direct,     ///< grid average, emissions at the stack only
  marginal,           ///< of the plants that answer to a change of load
};

/// "average-lifecycle", "average-direct", "marginal".
std::string_view ToString(SignalKind kind);
std::optional<SignalKind> ParseSignalKind(std::string_view text);

}  // namespace carbon::grid

template <>
struct std::hash<carbon::grid::ZoneId> {
  size_t operator()(const carbon::grid::ZoneId& zone) const noexcept {
    return std::hash<std::string>()(zone.name);
  }
};
