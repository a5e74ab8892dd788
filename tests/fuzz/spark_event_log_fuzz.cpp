// SPDX-License-Identifier: Apache-2.0
// Any bytes as an event log of Spark: what is read is a job, and a graph of stages without circles.
#include "sim/spark_event_log.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

namespace {

Result<sim::SparkApplication> ReadAll(std::string_view text) {
  sim::SparkEventLogReader reader("fuzz.log");
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (const Status read = reader.Read(text.substr(0, end)); !read) {
      return read.error();
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reader.Finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto application = ReadAll({reinterpret_cast<const char*>(data), size});
  if (!application) {
    return 0;
  }
  fuzz::Check(application->end > application->start);
  fuzz::Check(std::isfinite(application->cpus) && application->cpus > 0);
  const auto trace = sim::TraceOf({&*application, 1});
  fuzz::Check(trace && trace->jobs.size() == 1 && trace->jobs[0].length > Duration::zero());
  const auto stages = sim::StagesOf(*application);
  for (size_t i = 0; i < stages.size(); ++i) {
    for (const uint32_t parent : stages[i].parents) {
      fuzz::Check(parent < i);
    }
  }
  const auto times = plan::TimesOf(stages, 4);
  fuzz::Check(times || times.error().message.find("100 years") != std::string::npos);
  return 0;
}
