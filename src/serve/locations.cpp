// SPDX-License-Identifier: Apache-2.0
#include "serve/locations.h"

#include "serve/dotnet.h"

namespace carbon::serve {
namespace {

bool IsOnBoard(const grid::ZoneId& zone, const grid::Board& board) {
  return board.Zones().count(zone) + board.Unknown().count(zone) > 0;
}

template <typename Map>
std::optional<grid::ZoneId> Among(const Map& zones, std::string_view name) {
  for (const auto& [zone, what] : zones) {
    if (IsSameName(zone.name, name)) {
      return zone;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<grid::ZoneId> ZoneOf(std::string_view location, const GridKnowledge& known) {
  auto zone = Among(known.board.Zones(), location);
  if (!zone) {
    zone = Among(known.board.Unknown(), location);
  }
  for (auto region = known.regions.begin(); !zone && region != known.regions.end(); ++region) {
    if (IsSameName(region->first, location) && IsOnBoard(region->second, known.board)) {
      zone = region->second;
    }
  }
  return zone;
}

std::map<std::string, grid::ZoneId> AllLocations(const GridKnowledge& known) {
  std::map<std::string, grid::ZoneId> all;
  for (const auto& [zone, outlook] : known.board.Zones()) {
    all.emplace(zone.name, zone);
  }
  for (const auto& [zone, why] : known.board.Unknown()) {
    all.emplace(zone.name, zone);
  }
  for (const auto& [region, zone] : known.regions) {
    if (IsOnBoard(zone, known.board)) {
      all.emplace(region, zone);
    }
  }
  return all;
}

}  // namespace carbon::serve
