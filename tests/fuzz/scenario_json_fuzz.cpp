// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_json.h"

#include <cstdint>
#include <string>

#include "promises.h"

using carbon::fuzz::Check;

/// Whatever is accepted is in its ranges and names no file outside of its folder; all else is one
/// line that names the file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto read = carbon::app::ParseScenario(text, "s.json");
  if (!read) {
    const carbon::Error& error = read.error();
    Check(error.kind == carbon::Error::Kind::invalid && error.message.starts_with("s.json: "));
    Check(error.message.find('\n') == std::string::npos);
    return 0;
  }
  const carbon::sim::FleetScenario& scenario = read->scenario;
  Check(scenario.window > carbon::Duration::zero() && scenario.tick > carbon::Duration::zero());
  Check(!scenario.zones.empty() && scenario.zones.size() == read->files.size());
  Check(!read->jobs.empty() && !read->jobs.starts_with('/'));
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    Check(scenario.zones[i].cpus >= 0.001 && scenario.zones[i].per_cpu > carbon::Watts(0));
    Check(!read->files[i].signal.empty());
    Check(("/" + read->files[i].signal + "/").find("/../") == std::string::npos);
  }
  for (const carbon::sim::Fault& fault : scenario.faults) {
    Check(fault.zone < scenario.zones.size() && fault.share >= 0 && fault.share <= 1);
    Check(fault.kind == carbon::sim::Fault::Kind::eviction || fault.from < fault.to);
  }
  return 0;
}
