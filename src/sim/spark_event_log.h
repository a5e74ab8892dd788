// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "plan/stages.h"
#include "sim/trace.h"

namespace carbon::sim {

/// A stage of an application as it ran, all attempts together.
struct SparkStage {
  int64_t id = 0;
  std::string name;
  uint32_t tasks = 0;  ///< that it was submitted with; >= 1
  Time submitted;
  std::optional<Time> completed;  ///< nothing: the application ended before
  Duration task_time{};           ///< of all tasks that ended, failed and killed ones too
  /// What had to be done before it, by place in SparkApplication::stages: the stages whose output
  /// it reads, and for the first ones of a Spark job what the driver had waited for, which are the
  /// last ones of the Spark jobs that ended before that job was submitted. A stage that Spark
  /// skipped, because its output was still there, is none.
  std::vector<uint32_t> parents;
};

/// One run of an application.
struct SparkApplication {
  std::string id;  ///< or the log's name, if it does not tell
  std::string name;
  Time start;
  Time end;         ///< > start
  double cpus = 0;  ///< cores of its executors, mean over its time; > 0
  uint32_t most_cores = 0;
  std::vector<SparkStage> stages;  ///< that ran, in the order in which they were submitted
};

/// Reads one event log of Apache Spark 3 or 4, line by line: JSON, one event a line, uncompressed.
/// Keeps what an application, its executors and its stages are, not the tasks. Events that are not
/// needed are skipped unread. Errors read "name:line: what".
class SparkEventLogReader {
 public:
  explicit SparkEventLogReader(std::string name) : name_(std::move(name)) {}

  /// Whether a file that begins with this line is such a log.
  static bool Recognises(std::string_view first_line);

  /// The next line, with or without its end.
  Status Read(std::string_view line);
  /// After the last line, and only once. Invalid where the application did not end, or never had an
  /// executor: how long it ran and on what is then unknown.
  Result<SparkApplication> Finish();

 private:
  struct Executor {
    Time added;
    uint32_t cores;
    std::optional<Time> removed;
  };
  /// What Spark calls a job: a part of the application that the driver asked for at once.
  struct Job {
    Time submitted;
    std::optional<Time> ended;
    std::vector<uint32_t> stages;  ///< that ran, by place
  };
  struct Event {
    std::string_view name;
    Status (SparkEventLogReader::*read)(const boost::json::object&);
  };
  static const std::array<Event, 9> kEvents;

  Status StartApplication(const boost::json::object& event);
  Status EndApplication(const boost::json::object& event);
  Status AddExecutor(const boost::json::object& event);
  Status RemoveExecutor(const boost::json::object& event);
  Status StartJob(const boost::json::object& event);
  Status EndJob(const boost::json::object& event);
  Status SubmitStage(const boost::json::object& event);
  Status CompleteStage(const boost::json::object& event);
  Status EndTask(const boost::json::object& event);

  Error At(const std::string& what) const;
  Status CountCores();
  void LinkStages();
  std::vector<const Job*> EndedJobs() const;
  std::vector<bool> LastStages() const;
  void LinkJobs();

  std::string name_;
  size_t line_ = 0;
  SparkApplication application_;
  bool started_ = false;
  bool ended_ = false;
  std::map<std::string, Executor, std::less<>> executors_;
  std::map<int64_t, Job> jobs_;
  std::unordered_map<int64_t, int64_t> job_of_stage_;  ///< the last job that named it
  std::unordered_map<int64_t, uint32_t> places_;       ///< of stages by id
  std::vector<std::vector<int64_t>> parent_ids_;       ///< by place
};

/// Each application as a job: when it was started, counted from the first of them, for how long it
/// ran and on how many cores on average. Its template is its name and its id is its own. An id that
/// two of them have is invalid.
Result<Trace> TraceOf(std::span<const SparkApplication> applications);

/// The stages of an application, by their places; those that ended without any task's time are
/// given the time from submission to completion. For plan::TimesOf().
std::vector<plan::Stage> StagesOf(const SparkApplication& application);

}  // namespace carbon::sim
