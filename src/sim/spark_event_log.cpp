// SPDX-License-Identifier: Apache-2.0
#include "sim/spark_event_log.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace carbon::sim {
namespace {

/// Of a stage, all tasks together: far from where sums of them overflow.
constexpr Duration kLongestTaskTime = std::chrono::hours(24LL * 366 * 1'000'000);

namespace json = boost::json;

constexpr std::string_view kBegin = R"({"Event":")";
constexpr std::string_view kListener = "SparkListener";
/// Of the year 9999.
constexpr int64_t kLastMs = 253'402'300'799'999;
constexpr int64_t kMostCores = 1'000'000;
constexpr int64_t kMostTasks = 1'000'000'000;

/// The event's name where the line begins with it, as Spark writes it; else empty.
std::string_view NameAtBegin(std::string_view line) {
  if (!line.starts_with(kBegin)) {
    return {};
  }
  line.remove_prefix(kBegin.size());
  const size_t quote = line.find('"');
  return quote == std::string_view::npos ? std::string_view() : line.substr(0, quote);
}

const json::object* ObjectIn(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::string TextIn(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

/// From 0 to `most`.
std::optional<int64_t> NumberIn(const json::object& object, std::string_view key, int64_t most) {
  const json::value* const value = object.if_contains(key);
  const int64_t* const number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr || *number < 0 || *number > most ? std::nullopt : std::optional(*number);
}

std::optional<Time> TimeIn(const json::object& object, std::string_view key) {
  const auto ms = NumberIn(object, key, kLastMs);
  return ms ? std::optional(Time(Duration(*ms))) : std::nullopt;
}

std::vector<int64_t> NumbersIn(const json::object& object, std::string_view key) {
  std::vector<int64_t> numbers;
  const json::value* const value = object.if_contains(key);
  const json::array* const array = value == nullptr ? nullptr : value->if_array();
  if (array != nullptr) {
    for (const json::value& each : *array) {
      if (const int64_t* const number = each.if_int64()) {
        numbers.push_back(*number);
      }
    }
  }
  return numbers;
}

}  // namespace

/// The events that are read. This table is the only list of them.
const std::array<SparkEventLogReader::Event, 9> SparkEventLogReader::kEvents = {{
    {"SparkListenerApplicationStart", &SparkEventLogReader::StartApplication},
    {"SparkListenerApplicationEnd", &SparkEventLogReader::EndApplication},
    {"SparkListenerExecutorAdded", &SparkEventLogReader::AddExecutor},
    {"SparkListenerExecutorRemoved", &SparkEventLogReader::RemoveExecutor},
    {"SparkListenerJobStart", &SparkEventLogReader::StartJob},
    {"SparkListenerJobEnd", &SparkEventLogReader::EndJob},
    {"SparkListenerStageSubmitted", &SparkEventLogReader::SubmitStage},
    {"SparkListenerStageCompleted", &SparkEventLogReader::CompleteStage},
    {"SparkListenerTaskEnd", &SparkEventLogReader::EndTask},
}};

bool SparkEventLogReader::Recognises(std::string_view first_line) {
  return NameAtBegin(first_line).starts_with(kListener);
}

Error SparkEventLogReader::At(const std::string& what) const {
  return Invalid(name_ + ":" + std::to_string(line_) + ": " + what);
}

Status SparkEventLogReader::Read(std::string_view line) {
  ++line_;
  line = Trim(line);
  if (line.empty()) {
    return {};
  }
  const std::string_view name = NameAtBegin(line);
  if (name.empty()) {
    return At("not an event of Spark's event log, which begins with " + std::string(kBegin));
  }
  const auto* const event = std::find_if(kEvents.begin(), kEvents.end(),
                                         [&](const Event& each) { return each.name == name; });
  if (event == kEvents.end()) {
    return {};
  }
  boost::system::error_code code;
  const json::value value = json::parse(line, code);
  if (code || !value.is_object()) {
    return At(std::string(name) + " is not JSON: the line is damaged or was cut off");
  }
  return (this->*event->read)(value.get_object());
}

Status SparkEventLogReader::StartApplication(const json::object& event) {
  const auto start = TimeIn(event, "Timestamp");
  if (!start) {
    return At("SparkListenerApplicationStart has no Timestamp");
  }
  if (started_) {
    return At("a second application starts: give each its own file");
  }
  started_ = true;
  application_.start = *start;
  application_.name = TextIn(event, "App Name");
  application_.id = TextIn(event, "App ID");
  if (application_.id.empty()) {
    application_.id = name_;
  }
  return {};
}

Status SparkEventLogReader::EndApplication(const json::object& event) {
  const auto end = TimeIn(event, "Timestamp");
  if (!end) {
    return At("SparkListenerApplicationEnd has no Timestamp");
  }
  ended_ = true;
  application_.end = *end;
  return {};
}

Status SparkEventLogReader::AddExecutor(const json::object& event) {
  const auto added = TimeIn(event, "Timestamp");
  const json::object* const info = ObjectIn(event, "Executor Info");
  const auto cores = info == nullptr ? std::nullopt : NumberIn(*info, "Total Cores", kMostCores);
  if (!added || !cores) {
    return At("SparkListenerExecutorAdded has no Timestamp or Total Cores");
  }
  executors_[TextIn(event, "Executor ID")] = {*added, static_cast<uint32_t>(*cores), {}};
  return {};
}

Status SparkEventLogReader::RemoveExecutor(const json::object& event) {
  const auto removed = TimeIn(event, "Timestamp");
  if (!removed) {
    return At("SparkListenerExecutorRemoved has no Timestamp");
  }
  if (const auto found = executors_.find(TextIn(event, "Executor ID")); found != executors_.end()) {
    found->second.removed = *removed;
  }
  return {};
}

Status SparkEventLogReader::StartJob(const json::object& event) {
  const auto id = NumberIn(event, "Job ID", INT64_MAX);
  const auto submitted = TimeIn(event, "Submission Time");
  if (!id || !submitted) {
    return At("SparkListenerJobStart has no Job ID or Submission Time");
  }
  jobs_[*id] = {*submitted, {}, {}};
  for (const int64_t stage : NumbersIn(event, "Stage IDs")) {
    job_of_stage_[stage] = *id;
  }
  return {};
}

Status SparkEventLogReader::EndJob(const json::object& event) {
  const auto id = NumberIn(event, "Job ID", INT64_MAX);
  const auto ended = TimeIn(event, "Completion Time");
  if (!id || !ended) {
    return At("SparkListenerJobEnd has no Job ID or Completion Time");
  }
  if (const auto found = jobs_.find(*id); found != jobs_.end()) {
    found->second.ended = *ended;
  }
  return {};
}

Status SparkEventLogReader::SubmitStage(const json::object& event) {
  const json::object* const info = ObjectIn(event, "Stage Info");
  const auto id = info == nullptr ? std::nullopt : NumberIn(*info, "Stage ID", INT64_MAX);
  const auto tasks =
      info == nullptr ? std::nullopt : NumberIn(*info, "Number of Tasks", kMostTasks);
  if (!id || !tasks) {
    return At("SparkListenerStageSubmitted has no Stage ID or Number of Tasks");
  }
  const auto submitted = TimeIn(*info, "Submission Time");
  // Without it Spark tells of a stage that has nothing to do.
  const bool is_later_attempt = places_.contains(*id);
  if (!submitted || is_later_attempt) {
    return {};
  }
  const auto place = static_cast<uint32_t>(application_.stages.size());
  places_[*id] = place;
  application_.stages.push_back({.id = *id,
                                 .name = TextIn(*info, "Stage Name"),
                                 .tasks = static_cast<uint32_t>(std::max<int64_t>(*tasks, 1)),
                                 .submitted = *submitted,
                                 .completed = {},
                                 .parents = {}});
  parent_ids_.push_back(NumbersIn(*info, "Parent IDs"));
  if (const auto job = job_of_stage_.find(*id); job != job_of_stage_.end()) {
    jobs_[job->second].stages.push_back(place);
  }
  return {};
}

Status SparkEventLogReader::CompleteStage(const json::object& event) {
  const json::object* const info = ObjectIn(event, "Stage Info");
  const auto id = info == nullptr ? std::nullopt : NumberIn(*info, "Stage ID", INT64_MAX);
  if (!id) {
    return At("SparkListenerStageCompleted has no Stage ID");
  }
  const auto found = places_.find(*id);
  const auto completed = TimeIn(*info, "Completion Time");
  if (found != places_.end() && completed) {
    application_.stages[found->second].completed = *completed;
  }
  return {};
}

Status SparkEventLogReader::EndTask(const json::object& event) {
  const auto stage = NumberIn(event, "Stage ID", INT64_MAX);
  const json::object* const info = ObjectIn(event, "Task Info");
  const auto launched = info == nullptr ? std::nullopt : TimeIn(*info, "Launch Time");
  const auto finished = info == nullptr ? std::nullopt : TimeIn(*info, "Finish Time");
  if (!stage || !launched || !finished) {
    return At("SparkListenerTaskEnd has no Stage ID, Launch Time or Finish Time");
  }
  // A task that was never told of as finished has 0 there.
  if (const auto found = places_.find(*stage); found != places_.end() && *finished > *launched) {
    Duration& task_time = application_.stages[found->second].task_time;
    const Duration took = *finished - *launched;
    if (took > kLongestTaskTime - task_time) {
      return At("the tasks of stage " + std::to_string(*stage) + " take more than a million years");
    }
    task_time += took;
  }
  return {};
}

/// The cores of the executors over the application's time.
Status SparkEventLogReader::CountCores() {
  std::vector<std::pair<Time, int64_t>> changes;
  double core_ms = 0;
  changes.reserve(executors_.size() * 2);
  for (const auto& [id, executor] : executors_) {
    const Time from = std::clamp(executor.added, application_.start, application_.end);
    const Time to = std::clamp(executor.removed.value_or(application_.end), from, application_.end);
    core_ms += static_cast<double>((to - from).count()) * executor.cores;
    changes.emplace_back(from, executor.cores);
    changes.emplace_back(to, -static_cast<int64_t>(executor.cores));
  }
  std::sort(changes.begin(), changes.end());  // at one instant what goes comes first
  int64_t cores = 0;
  for (const auto& [time, change] : changes) {
    cores += change;
    application_.most_cores =
        std::max(application_.most_cores, static_cast<uint32_t>(std::max<int64_t>(cores, 0)));
  }
  if (core_ms <= 0) {
    return Invalid(name_ + ": the application never had an executor: what it used is not known; " +
                   "leave this log out");
  }
  application_.cpus =
      core_ms / static_cast<double>((application_.end - application_.start).count());
  return {};
}

/// Parents by their places; those that did not run are none.
void SparkEventLogReader::LinkStages() {
  for (size_t i = 0; i < application_.stages.size(); ++i) {
    std::vector<uint32_t>& parents = application_.stages[i].parents;
    for (const int64_t id : parent_ids_[i]) {
      const auto found = places_.find(id);
      // Spark submits parents first; anything else would be a circle.
      if (found != places_.end() && found->second < i) {
        parents.push_back(found->second);
      }
    }
    std::sort(parents.begin(), parents.end());
    parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
  }
}

/// Jobs that ran something and ended, by their ends.
std::vector<const SparkEventLogReader::Job*> SparkEventLogReader::EndedJobs() const {
  std::vector<const Job*> ended;
  for (const auto& [id, job] : jobs_) {
    if (job.ended && !job.stages.empty()) {
      ended.push_back(&job);
    }
  }
  std::stable_sort(ended.begin(), ended.end(),
                   [](const Job* a, const Job* b) { return *a->ended < *b->ended; });
  return ended;
}

/// Stages that no other one reads, by place.
std::vector<bool> SparkEventLogReader::LastStages() const {
  std::vector<bool> is_last(application_.stages.size(), true);
  for (const SparkStage& stage : application_.stages) {
    for (const uint32_t parent : stage.parents) {
      is_last[parent] = false;
    }
  }
  return is_last;
}

/// The first stages of a job wait for the last ones of the jobs that ended just before it: of those
/// that ended before it was submitted, all that no other one of them followed.
void SparkEventLogReader::LinkJobs() {
  const auto ended = EndedJobs();
  std::vector<Time> last_start;  // of those so far
  last_start.reserve(ended.size());
  for (const Job* const job : ended) {
    last_start.push_back(last_start.empty() ? job->submitted
                                            : std::max(last_start.back(), job->submitted));
  }
  const auto is_last = LastStages();
  for (const auto& [id, job] : jobs_) {
    const auto after =
        std::upper_bound(ended.begin(), ended.end(), job.submitted,
                         [](Time time, const Job* each) { return time < *each->ended; });
    const auto before = static_cast<size_t>(after - ended.begin());
    std::vector<uint32_t> waited_for;
    for (size_t i = before; i-- > 0 && *ended[i]->ended >= last_start[before - 1];) {
      std::copy_if(ended[i]->stages.begin(), ended[i]->stages.end(), std::back_inserter(waited_for),
                   [&](uint32_t stage) { return is_last[stage]; });
    }
    std::sort(waited_for.begin(), waited_for.end());
    for (const uint32_t stage : job.stages) {
      std::vector<uint32_t>& parents = application_.stages[stage].parents;
      if (parents.empty()) {
        // Never a later one: the numbers of a damaged log may contradict each other.
        parents.assign(waited_for.begin(),
                       std::lower_bound(waited_for.begin(), waited_for.end(), stage));
      }
    }
  }
}

Result<SparkApplication> SparkEventLogReader::Finish() {
  if (!started_) {
    return Invalid(name_ +
                   ": no SparkListenerApplicationStart: not the whole of an event log; of a "
                   "rolling one, join the files in order");
  }
  if (!ended_) {
    return Invalid(name_ +
                   ": no SparkListenerApplicationEnd: the application was still running, or "
                   "died; how long it runs is not known; leave this log out");
  }
  if (application_.end <= application_.start) {
    return Invalid(name_ + ": the application ends when it starts");
  }
  if (const Status counted = CountCores(); !counted) {
    return counted.error();
  }
  LinkStages();
  LinkJobs();
  return std::move(application_);
}

Result<Trace> TraceOf(std::span<const SparkApplication> applications) {
  Trace trace;
  Time first = Time::max();
  for (const SparkApplication& each : applications) {
    first = std::min(first, each.start);
  }
  for (const SparkApplication& each : applications) {
    if (!trace.ids.Add(each.id).is_new) {
      return Invalid("application '" + Printable(each.id) + "' stands in two logs: give each once");
    }
    trace.jobs.push_back({each.start - first, each.end - each.start, each.cpus,
                          trace.templates.Add(each.name).index});
  }
  return trace;
}

std::vector<plan::Stage> StagesOf(const SparkApplication& application) {
  std::vector<plan::Stage> stages;
  stages.reserve(application.stages.size());
  for (const SparkStage& each : application.stages) {
    Duration time = each.task_time;
    if (time <= Duration::zero()) {
      time = each.completed.value_or(application.end) - each.submitted;
    }
    stages.push_back(
        {.task_seconds = static_cast<double>(std::max<int64_t>(time.count(), 1)) / 1000,
         .tasks = each.tasks,
         .parents = each.parents});
  }
  return stages;
}

}  // namespace carbon::sim
