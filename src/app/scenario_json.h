// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/fleet_scenario.h"
#include "sim/trace.h"

namespace carbon::app {

/// Files of a zone, relative to the scenario's data.
struct ZoneFiles {
  std::string signal;
  std::string forecast;  ///< empty: there is none
};

/// What a scenario.json says.
struct ScenarioText {
  sim::FleetScenario scenario;  ///< without its jobs, and without what the zones' files hold
  std::string jobs;             ///< file, as above
  sim::JobUnit job_unit = sim::JobUnit::seconds;
  std::vector<ZoneFiles> files;  ///< by zone
};

/// What a scenario.json calls a kind of fault: "zone-down".
std::string_view NameOfFault(sim::Fault::Kind kind);

/// Reads a scenario.json as docs/reference/formats.md describes it. Invalid, as
/// "name: key: what", where it is not JSON, lacks a key or has one that is not known, where a value
/// is out of its range, or a path is absolute or leaves its folder.
Result<ScenarioText> ParseScenario(std::string_view text, const std::string& name);

}  // namespace carbon::app
