// SPDX-License-Identifier: Apache-2.0
#include "controller/scores.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/text.h"
#include "kube/object.h"

namespace carbon::controller {
namespace {

namespace json = boost::json;

constexpr std::string_view kManager = "carbon-kube";
// Together below the 1 MiB that the data of a ConfigMap may have.
constexpr size_t kMostZoneBytes = size_t{896} << 10;
constexpr size_t kMostUnknownBytes = size_t{96} << 10;

/// A part of a Kubernetes name, well enough to make a path of.
bool IsName(std::string_view text) {
  constexpr size_t kLongest = 253;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

std::string PathOf(const ScoresPlace& place) {
  return kube::ApiPath({"api", "v1", "namespaces", place.name_space, "configmaps", place.name});
}

std::string NamesJson(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const std::string& name : names) {
    const std::string quoted = json::serialize(json::string(name));
    if (text.size() + quoted.size() + 2 > kMostUnknownBytes) {
      break;
    }
    text += (text.size() == 1 ? "" : ",") + quoted;
  }
  return text + "]";
}

Result<std::vector<std::string>> ReadNames(std::string_view text) {
  boost::system::error_code malformed;
  const json::value value = json::parse(text, malformed);
  if (malformed || !value.is_array()) {
    return Invalid("not a JSON array: '" + Printable(text) + "'");
  }
  std::vector<std::string> names;
  for (const json::value& name : value.get_array()) {
    if (!name.is_string()) {
      return Invalid("not an array of names: '" + Printable(text) + "'");
    }
    names.emplace_back(name.get_string());
  }
  return names;
}

}  // namespace

Result<ScoresPlace> ParseScoresPlace(std::string_view text) {
  const auto parts = Split(text, '/');
  if (parts.size() != 2 || !IsName(parts[0]) || !IsName(parts[1])) {
    return Invalid("'" + Printable(text) + "' is not NAMESPACE/NAME of a ConfigMap");
  }
  return ScoresPlace{.name_space = std::string(parts[0]), .name = std::string(parts[1])};
}

Scores Scores::Of(const grid::Board& board) {
  Scores scores;
  scores.zones.reserve(board.Zones().size());
  for (const auto& [zone, outlook] : board.Zones()) {
    scores.zones.push_back(grid::ZonalIntensity::Of(outlook));
  }
  for (const auto& [zone, why] : board.Unknown()) {
    scores.unknown.push_back(zone.name);
  }
  return scores;
}

bool SameButForAge(const Scores& a, const Scores& b) {
  return a.unknown == b.unknown && std::equal(a.zones.begin(), a.zones.end(), b.zones.begin(),
                                              b.zones.end(), grid::SameButForAge);
}

ScoresConfigMap ConfigMapOf(const Scores& scores, const ScoresPlace& place, Time written_at) {
  auto zones = grid::WriteZones(scores.zones, kMostZoneBytes);
  return {.object = {{"apiVersion", "v1"},
                     {"kind", "ConfigMap"},
                     {"metadata",
                      json::object{{"name", place.name},
                                   {"namespace", place.name_space},
                                   {"labels", json::object{{"app.kubernetes.io/name", kManager}}}}},
                     {"data", json::object{{"zones", std::move(zones.json)},
                                           {"unknown", NamesJson(scores.unknown)},
                                           {"written_at", FormatTime(written_at)}}}},
          .left_out = zones.left_out};
}

Result<Scores> ReadScores(kube::Client& client, const ScoresPlace& place) {
  const auto object = client.Get(PathOf(place));
  if (!object) {
    return object.error();
  }
  const json::object* data = kube::ObjectAt(*object, {"data"});
  auto zones = grid::ReadZones(kube::StringAt(data, "zones"));
  if (!zones) {
    return zones.error().In("ConfigMap " + place.name_space + "/" + place.name + ": data.zones");
  }
  auto unknown = ReadNames(kube::StringAt(data, "unknown"));
  if (!unknown) {
    return unknown.error().In("ConfigMap " + place.name_space + "/" + place.name +
                              ": data.unknown");
  }
  return Scores{.zones = *std::move(zones), .unknown = *std::move(unknown)};
}

Result<size_t> WriteScores(kube::Client& client, const ScoresPlace& place, const Scores& scores,
                           Time written_at) {
  const ScoresConfigMap map = ConfigMapOf(scores, place, written_at);
  const auto applied = client.Apply(PathOf(place), map.object, kManager, true);
  if (!applied) {
    return applied.error();
  }
  return map.left_out;
}

std::vector<grid::ZoneReading> ReadingsOf(const Scores& scores, Time now) {
  std::vector<grid::ZoneReading> readings;
  for (const grid::ZonalIntensity& zone : scores.zones) {
    auto reading = grid::ReadingOf(zone);
    if (reading && reading->fetched_at <= now) {
      readings.push_back(*std::move(reading));
    }
  }
  return readings;
}

}  // namespace carbon::controller
