// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "energy/power.h"
#include "grid/zonal_intensity.h"
#include "plan/node_table.h"

/// Nodes by what a pod would emit on each: for a scheduler that asks where, now. Pure.
namespace carbon::plan {

/// What a node is ranked by.
enum class Formula {
  /// Grams: the mean intensity over the run, times the energy that the pod takes on that node.
  expected_emissions,
  /// The intensity of the moment times the cores that the pod asks for, whatever the node.
  intensity_times_cores,
};
/// "expected-emissions", "intensity-times-cores".
std::string_view ToString(Formula formula);
std::optional<Formula> ParseFormula(std::string_view text);

struct RankingRules {
  Formula formula = Formula::expected_emissions;
  /// A zone whose published step began so long ago is unknown: who publishes has gone. A living
  /// publisher moves it on every hour (docs/adr/0016).
  Duration stale_after = std::chrono::hours(2);
};

/// A pod as it is ranked for.
struct PodRun {
  energy::Request request;
  Duration length = std::chrono::hours(1);  ///< expected, > 0
};

/// What is published of all zones, of one kind.
class ZoneIntensities {
 public:
  /// Every zone is unknown.
  ZoneIntensities() = default;
  /// Of several entries of a zone the last counts. Invalid, with the zone, where kinds are mixed.
  static Result<ZoneIntensities> Of(std::vector<grid::ZonalIntensity> zones);

  /// Null where the zone is unknown.
  const grid::ZonalIntensity* Find(const grid::ZoneId& zone) const;
  size_t size() const { return zones_.size(); }

 private:
  std::unordered_map<grid::ZoneId, grid::ZonalIntensity> zones_;
};

/// What a run emits on each site of a table: a few multiplications a site. Asking a node costs a
/// look into the table. Both arguments that are references outlive it.
class Ranking {
 public:
  Ranking(const NodeTable& nodes, const ZoneIntensities& zones, const PodRun& run, Time now,
          const RankingRules& rules);

  /// By the formula; NaN where the node, its zone or the zone's intensity is unknown.
  double Of(std::string_view node) const;
  /// The same of each of `nodes`; a node that stands twice gets the same twice.
  std::vector<double> Of(std::span<const std::string_view> nodes) const;

  /// Mean intensity that the value of each of `nodes` is made of, in g/kWh; NaN where unknown.
  std::vector<double> IntensitiesOf(std::span<const std::string_view> nodes) const;

  /// Why a node has the value it has.
  struct Reason {
    std::string zone;                      ///< empty where it is not known
    std::optional<GramsPerKwh> intensity;  ///< that went into it
    std::optional<Watts> power;            ///< of the pod, on that node
    std::optional<double> value;           ///< as Of()
    std::string unknown;                   ///< why there is none; empty where there is one
    std::string_view microarchitecture;    ///< as assumed of the node
    std::string source;                    ///< of the intensity
    grid::Rung rung = grid::Rung::fresh;   ///< of the intensity
  };
  Reason Explain(std::string_view node) const;

 private:
  const NodeTable& nodes_;
  const ZoneIntensities& zones_;
  const PodRun run_;
  const Time now_;
  const RankingRules rules_;
  std::vector<double> intensities_;  ///< by zone; NaN where unknown, and then so is every product
  std::vector<double> values_;       ///< by site
};

/// Scores from 0 to 100 of what Ranking::Of() gave. The cleanest node has 100, one that emits twice
/// as much 50: a saving that is small moves a score little, so that it does not outweigh what else
/// a scheduler goes by. An unknown node counts as if it emitted the mean of the known ones. Where
/// none is known, or none emits anything, all are alike and 0.
std::vector<uint8_t> ScoresOf(std::span<const double> values);

}  // namespace carbon::plan
