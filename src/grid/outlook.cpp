// SPDX-License-Identifier: Apache-2.0
#include "grid/outlook.h"

namespace carbon::grid {

std::string_view ToString(Rung rung) {
  switch (rung) {
    case Rung::fresh:
      return "fresh";
    case Rung::cached:
      return "cached";
    case Rung::earlier_forecast:
      return "earlier-forecast";
    case Rung::second_provider:
      return "second-provider";
    case Rung::weather_climatology:
      return "weather-climatology";
    case Rung::climatology:
      return "climatology";
    case Rung::static_factor:
      break;
  }
  return "static-factor";
}

std::optional<Rung> ParseRung(std::string_view text) {
  for (int rung = 0; rung <= static_cast<int>(Rung::static_factor); ++rung) {
    if (ToString(static_cast<Rung>(rung)) == text) {
      return static_cast<Rung>(rung);
    }
  }
  return std::nullopt;
}

}  // namespace carbon::grid
