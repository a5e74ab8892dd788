// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/fleet_scenario.h"
#include "sim/names.h"

namespace carbon::app {

/// A file that was read.
struct InputFile {
  std::string path;    ///< as it was opened
  std::string sha256;  ///< of its bytes as they lie there, in hexadecimal
};

/// A scenario with all that its files hold.
struct LoadedScenario {
  std::string folder;
  sim::FleetScenario scenario;
  sim::Names templates;           ///< Trace::templates of its jobs
  sim::Names job_ids;             ///< Trace::ids of its jobs
  std::vector<InputFile> inputs;  ///< scenario.json, the jobs, then each zone's files
};

/// Reads FOLDER/scenario.json and the files that it names, which lie below `data`, or below the
/// folder where that is empty. Invalid, with the file and what is wrong in it; also where a link
/// leads out of there, or the trace comes to more than ten million jobs.
Result<LoadedScenario> LoadScenario(const std::string& folder, const std::string& data);

}  // namespace carbon::app
