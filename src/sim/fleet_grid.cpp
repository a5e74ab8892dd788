// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_grid.h"

#include <algorithm>

namespace carbon::sim {
namespace {

/// More than a record remembers.
constexpr Duration kHeardBefore = std::chrono::hours(8 * 7 * 24);

std::vector<Outage> OutagesOf(const FleetScenario& scenario, size_t zone, Fault::Kind kind) {
  std::vector<Outage> outages;
  for (const Fault& fault : scenario.faults) {
    if (fault.zone == zone && fault.kind == kind) {
      outages.push_back({fault.from, fault.to});
    }
  }
  return outages;
}

}  // namespace

FleetGrid::FleetGrid(const FleetScenario& scenario) {
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    const FleetZone& zone = scenario.zones[i];
    const grid::ZoneId id{zone.name};
    records_.emplace(id, grid::ZoneRecord(id, grid::SignalKind::average_lifecycle));
    feeds_.emplace_back(id, ZoneFeed(zone.signal, zone.forecasts, scenario.start - kHeardBefore,
                                     OutagesOf(scenario, i, Fault::Kind::signal_outage),
                                     OutagesOf(scenario, i, Fault::Kind::forecast_outage)));
  }
}

std::shared_ptr<const grid::Board> FleetGrid::BoardAt(Time now) {
  for (auto& [zone, feed] : feeds_) {
    feed.HearUntil(now, records_.at(zone));
  }
  return std::make_shared<const grid::Board>(grid::Board::Of(records_, now, {}));
}

std::optional<Time> FleetGrid::NextNews() const {
  std::optional<Time> next;
  for (const auto& [zone, feed] : feeds_) {
    if (const auto news = feed.NextNews()) {
      next = next ? std::min(*next, *news) : news;
    }
  }
  return next;
}

}  // namespace carbon::sim
