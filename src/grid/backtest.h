// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "grid/blend.h"
#include "grid/reading.h"
#include "grid/series.h"

namespace carbon::grid {

/// Who is measured: the blend, and what it has to beat.
enum class Forecaster {
  blend,        ///< its median
  provider,     ///< its newest forecast
  climatology,  ///< what is usual at that hour and weekday
  persistence,  ///< as it is now
};
constexpr std::array<std::string_view, 4> kForecasters = {"blend", "provider", "climatology",
                                                          "persistence"};

/// How far forecasts were from what came true, over the origins of a backtest at which each of the
/// forecasters had something to say.
struct Skill {
  struct Errors {
    double absolute = 0;  ///< sum, g/kWh
    double relative = 0;  ///< sum, of the truth; truths below 1 g/kWh do not count
  };

  uint64_t count = 0;
  uint64_t relative_count = 0;
  std::array<Errors, kForecasters.size()> errors{};
  uint64_t below_p10 = 0;
  uint64_t above_p90 = 0;
  bool provided = false;  ///< whether there was a provider

  Skill& operator+=(const Skill& other);

  /// Mean absolute error, g/kWh; nothing where nothing was measured.
  std::optional<double> Mae(Forecaster who) const;
  /// Mean absolute error as a share of the truth.
  std::optional<double> Mape(Forecaster who) const;
  /// The share of truths between p10 and p90.
  std::optional<double> Coverage() const;
  /// The blend's mean absolute error over that of the better one of provider and climatology.
  std::optional<double> RatioToBetter() const;
};

struct BacktestRules {
  BlendRules blend;
  Time from;  ///< first origin; what was observed before only teaches
  Time to;    ///< no truth from here on counts
};

/// Goes through `actual` step by step as it would have come to be known, hears each forecast when
/// it was issued, makes a blended forecast at every step from rules.from on and keeps it against
/// what came true. [i] is the skill i + 1 steps ahead, up to the blend's horizon. Where `forecasts`
/// is empty, provider is left out. `progress` is told the share done now and then.
std::vector<Skill> Backtest(const Series& actual, const std::vector<Forecast>& forecasts,
                            const BacktestRules& rules,
                            const std::function<void(double)>& progress = {});

/// The skills of the first `steps` horizons together.
Skill Together(const std::vector<Skill>& skills, size_t steps);

}  // namespace carbon::grid
