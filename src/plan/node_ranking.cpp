// SPDX-License-Identifier: Apache-2.0
#include "plan/node_ranking.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace carbon::plan {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kBest = 100;

/// What a site's zone emits per kWh over a run, or why that is not known.
Result<GramsPerKwh> Intensity(const grid::ZonalIntensity* zone, const PodRun& run, Time now,
                              const RankingRules& rules) {
  if (zone == nullptr) {
    return Unavailable("its zone's intensity is not published");
  }
  if (now - zone->timestamp >= rules.stale_after) {
    return Unavailable("its zone's intensity is of " + FormatTime(zone->timestamp) +
                       ": nobody publishes it any more");
  }
  const grid::Series& forecast = zone->forecast;
  if (rules.formula == Formula::intensity_times_cores) {
    return zone->intensity;
  }
  // A run that outlasts what is published counts by the part that is known.
  const Time from = std::max(now, forecast.start());
  const Time to = std::min(now + run.length, forecast.end());
  const auto mean = from < to ? forecast.Mean(from, to) : std::nullopt;
  return mean ? *mean : zone->intensity;
}

double Value(const NodeSite& site, GramsPerKwh intensity, const PodRun& run, Formula formula) {
  if (formula == Formula::intensity_times_cores) {
    return intensity.value() * run.request.cpu_cores;
  }
  return (energy::PodPower(run.request, site.model) * run.length * intensity).value();
}

}  // namespace

std::string_view ToString(Formula formula) {
  return formula == Formula::expected_emissions ? "expected-emissions" : "intensity-times-cores";
}

std::optional<Formula> ParseFormula(std::string_view text) {
  for (const Formula formula : {Formula::expected_emissions, Formula::intensity_times_cores}) {
    if (ToString(formula) == text) {
      return formula;
    }
  }
  return std::nullopt;
}

Result<ZoneIntensities> ZoneIntensities::Of(std::vector<grid::ZonalIntensity> zones) {
  ZoneIntensities all;
  for (grid::ZonalIntensity& zone : zones) {
    if (zone.kind != zones.front().kind) {
      return Invalid("zone " + zone.zone.name + " is " + std::string(ToString(zone.kind)) +
                     ", zone " + zones.front().zone.name + " is " +
                     std::string(ToString(zones.front().kind)) + ": kinds are not compared");
    }
    grid::ZoneId id = zone.zone;
    all.zones_.insert_or_assign(std::move(id), zone);
  }
  return all;
}

const grid::ZonalIntensity* ZoneIntensities::Find(const grid::ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? nullptr : &found->second;
}

Ranking::Ranking(const NodeTable& nodes, const ZoneIntensities& zones, const PodRun& run, Time now,
                 const RankingRules& rules)
    : nodes_(nodes), zones_(zones), run_(run), now_(now), rules_(rules) {
  assert(run.length > Duration::zero());
  intensities_.reserve(nodes.zones().size());
  for (const grid::ZoneId& zone : nodes.zones()) {
    const auto intensity = Intensity(zones.Find(zone), run, now, rules);
    intensities_.push_back(intensity ? intensity->value() : kUnknown);
  }
  values_.reserve(nodes.sites().size());
  for (size_t site = 0; site < nodes.sites().size(); ++site) {
    const GramsPerKwh intensity(intensities_[nodes.ZoneOf(site)]);
    values_.push_back(Value(nodes.sites()[site], intensity, run, rules.formula));
  }
}

double Ranking::Of(std::string_view node) const {
  const auto site = nodes_.Find(node);
  return site ? values_[*site] : kUnknown;
}

std::vector<double> Ranking::Of(std::span<const std::string_view> nodes) const {
  const auto sites = nodes_.Find(nodes);
  std::vector<double> values(sites.size());
  for (size_t i = 0; i < sites.size(); ++i) {
    values[i] = sites[i] == NodeTable::kNoSite ? kUnknown : values_[sites[i]];
  }
  return values;
}

std::vector<double> Ranking::IntensitiesOf(std::span<const std::string_view> nodes) const {
  const auto sites = nodes_.Find(nodes);
  std::vector<double> intensities(sites.size());
  for (size_t i = 0; i < sites.size(); ++i) {
    intensities[i] =
        sites[i] == NodeTable::kNoSite ? kUnknown : intensities_[nodes_.ZoneOf(sites[i])];
  }
  return intensities;
}

Ranking::Reason Ranking::Explain(std::string_view node) const {
  Reason reason;
  const auto number = nodes_.Find(node);
  if (!number) {
    reason.unknown = "the node is not known";
    return reason;
  }
  const NodeSite& site = nodes_.sites()[*number];
  reason.zone = site.zone.name;
  reason.microarchitecture = site.model.microarchitecture;
  reason.power = energy::PodPower(run_.request, site.model);
  if (site.zone.name.empty()) {
    reason.unknown = "it is not known in which zone of the grid the node lies";
    return reason;
  }
  const grid::ZonalIntensity* const zone = zones_.Find(site.zone);
  const auto intensity = Intensity(zone, run_, now_, rules_);
  if (!intensity) {
    reason.unknown = intensity.error().message;
    return reason;
  }
  reason.intensity = *intensity;
  reason.value = values_[*number];
  reason.source = zone->source;
  reason.rung = zone->rung;
  return reason;
}

std::vector<uint8_t> ScoresOf(std::span<const double> values) {
  double least = std::numeric_limits<double>::infinity();
  double sum = 0;
  size_t known = 0;
  for (const double value : values) {
    if (!std::isnan(value)) {
      least = std::min(least, value);
      sum += value;
      ++known;
    }
  }
  std::vector<uint8_t> scores(values.size());
  if (sum <= 0) {
    return scores;
  }
  const double mean = sum / static_cast<double>(known);
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = std::isnan(values[i]) ? mean : values[i];
    const double score = value > 0 ? kBest * least / value : kBest;
    scores[i] = static_cast<uint8_t>(score + 0.5);
  }
  return scores;
}

}  // namespace carbon::plan
