// SPDX-License-Identifier: Apache-2.0
// What TPC-H on Spark saves by moving stages within their slack (plan::ShiftStages), with a job
// that takes as long as before: 22 queries at 2, 5, 20 and 50 GB, task times as measured with ten
// executors, started every 367 minutes of a month; as they are, and as if all took 100 times as
// long. The recordings may not be published: they are read from the folder that CK_DATA names.
// Prints JSON: {"CISO_lifecycle": {"slack": 0.1, "saved_x1": 0, "saved_x100": 0.01}, ...}, where
// slack is the share of the work in stages that have some; null for each without CK_DATA.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "grid/series_csv.h"
#include "net/files.h"
#include "or_fail.h"
#include "plan/stages.h"

namespace carbon::plan {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr uint32_t kExecutors = 10;
constexpr Watts kPerCore(10);
/// Not whole steps of a signal: what runs for seconds then meets their ends too.
constexpr Duration kEvery = std::chrono::minutes(367);
const Time kFrom = *ParseTime("2021-01-02T00:00Z");
const Time kTo = *ParseTime("2021-01-28T00:00Z");

std::vector<Stage> StagesOf(const boost::json::value& query) {
  std::vector<Stage> stages;
  for (const auto& each : query.at("stages").as_array()) {
    double ms = 0;
    for (const char* const wave : {"first_wave", "rest_wave"}) {
      const auto& measured = each.at("task_ms_by_executors").at(wave);
      for (const auto& task : measured.at(std::to_string(kExecutors)).as_array()) {
        ms += task.to_number<double>();
      }
    }
    stages.push_back({.task_seconds = std::max(ms, 1.0) / 1000,
                      .tasks = static_cast<uint32_t>(each.at("n_tasks").as_int64()),
                      .parents = {}});
  }
  for (const auto& edge : query.at("edges").as_array()) {
    stages.at(edge.at(1).to_number<size_t>()).parents.push_back(edge.at(0).to_number<uint32_t>());
  }
  return stages;
}

std::vector<std::vector<Stage>> ReadQueries(const std::string& folder) {
  std::vector<std::vector<Stage>> queries;
  for (const char* const size : {"2g", "5g", "20g", "50g"}) {
    const auto text = OrFail(net::ReadFile(folder + "/tpch_" + size + ".json.gz", kMostBytes));
    const auto parsed = boost::json::parse(text);
    for (const auto& query : parsed.as_array()) {
      queries.push_back(StagesOf(query));
    }
  }
  return queries;
}

/// Of run-as-soon-as-possible's emissions.
double Saved(const grid::Series& signal, std::vector<std::vector<Stage>> queries, double times) {
  Grams unshifted;
  Grams shifted;
  for (std::vector<Stage>& query : queries) {
    for (Stage& stage : query) {
      stage.task_seconds *= times;
    }
    for (Time start = kFrom; start < kTo; start += kEvery) {
      const auto moved = OrFail(ShiftStages(signal, start, query, kExecutors, kPerCore));
      unshifted += moved.unshifted;
      shifted += moved.shifted;
    }
  }
  return 1 - shifted / unshifted;
}

double WorkWithSlack(const std::vector<std::vector<Stage>>& queries) {
  double all = 0;
  double with_slack = 0;
  for (const std::vector<Stage>& query : queries) {
    const auto times = OrFail(TimesOf(query, kExecutors));
    for (size_t i = 0; i < query.size(); ++i) {
      all += query[i].task_seconds;
      with_slack += times.stages[i].slack > Duration::zero() ? query[i].task_seconds : 0;
    }
  }
  return with_slack / all;
}

void Print(const std::string& folder) {
  const auto queries = ReadQueries(folder);
  const char* separator = "{";
  for (const char* const name : {"CISO_lifecycle", "CAISO_NORTH_marginal"}) {
    const std::string path = CARBON_SOURCE_DIR "/data/carbon/" + std::string(name) + ".csv.gz";
    const auto signal = OrFail(grid::ParseSeriesCsv(OrFail(net::ReadFile(path, kMostBytes)), path));
    std::printf("%s\"%s\": {\"slack\": %.4f, \"saved_x1\": %.6f, \"saved_x100\": %.6f}", separator,
                name, WorkWithSlack(queries), Saved(signal, queries, 1),
                Saved(signal, queries, 100));
    separator = ", ";
  }
  std::printf("}\n");
}

}  // namespace
}  // namespace carbon::plan

int main() {
  const char* const data = std::getenv("CK_DATA");
  if (data == nullptr) {
    std::fprintf(stderr, "skipped: CK_DATA names no folder of recordings\n");
    std::printf("{\"CISO_lifecycle\": null, \"CAISO_NORTH_marginal\": null}\n");
    return 0;
  }
  carbon::plan::Print(std::string(data) + "/jobs/tpch_spark_decima");
  return 0;
}
