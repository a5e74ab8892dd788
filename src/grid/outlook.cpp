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

}  // namespace carbon::grid
