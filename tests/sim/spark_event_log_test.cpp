// SPDX-License-Identifier: Apache-2.0
#include "sim/spark_event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace carbon::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kLogs = CARBON_SOURCE_DIR "/tests/sim/fixtures/spark_event_logs/";

Result<SparkApplication> ReadAll(std::istream& text) {
  SparkEventLogReader reader("app.log");
  for (std::string line; std::getline(text, line);) {
    if (const Status read = reader.Read(line); !read) {
      return read.error();
    }
  }
  return reader.Finish();
}

Result<SparkApplication> ReadFile(const std::string& name) {
  std::ifstream file(kLogs + name + ".jsonl");
  EXPECT_TRUE(file) << name;
  return ReadAll(file);
}

Result<SparkApplication> ReadText(const std::string& text) {
  std::istringstream stream(text);
  return ReadAll(stream);
}

TEST(SparkEventLogReader, ReadsAnApplicationItsExecutorsAndItsStages) {
  const auto application = ReadFile("app-20200706201101-0003");
  ASSERT_TRUE(application) << application.error().message;
  EXPECT_EQ(application->name, "Spark shell");
  EXPECT_EQ(application->id, "app-20200706201101-0003");
  EXPECT_EQ(application->end - application->start, Duration(1594091824231 - 1594091460235));
  EXPECT_EQ(application->most_cores, 16U);
  // 16 cores from 3.083 s after the start on.
  EXPECT_NEAR(application->cpus, 16 * (363.996 - 3.083) / 363.996, 1e-9);
  ASSERT_EQ(application->stages.size(), 3U);
  EXPECT_EQ(application->stages[0].tasks, 16U);
  EXPECT_EQ(*application->stages[0].completed - application->stages[0].submitted, Duration(1521));
  EXPECT_GT(application->stages[0].task_time, std::chrono::seconds(16));
  EXPECT_THAT(application->stages[0].parents, IsEmpty());
  EXPECT_THAT(application->stages[1].parents, ElementsAre(0)) << "the driver waited for it";
  EXPECT_THAT(application->stages[2].parents, ElementsAre(1));
}

TEST(SparkEventLogReader, CountsCoresFromTheirComingToTheirGoing) {
  const auto application = ReadFile("application_1628109047826_1317105");
  ASSERT_TRUE(application) << application.error().message;
  EXPECT_EQ(application->most_cores, 10U);
  EXPECT_GT(application->cpus, 5);
  EXPECT_LT(application->cpus, 10);
}

TEST(SparkEventLogReader, LinksStagesByWhatTheyReadAndJobsByWhatTheDriverWaitedFor) {
  const auto application = ReadFile("local-1596020211915");
  ASSERT_TRUE(application) << application.error().message;
  ASSERT_EQ(application->stages.size(), 16U);
  EXPECT_THAT(application->stages[1].parents, ElementsAre(0)) << "the stage it reads";
  EXPECT_THAT(application->stages[2].parents, ElementsAre(1)) << "the last one of the job before";
  EXPECT_THAT(application->stages[3].parents, ElementsAre(2));
  const auto times = plan::TimesOf(StagesOf(*application), application->most_cores);
  ASSERT_TRUE(times) << times.error().message;
  for (const plan::StageTimes& stage : times->stages) {
    EXPECT_EQ(stage.slack, Duration::zero()) << "one after the other";
  }
}

TEST(SparkEventLogReader, LeavesOutParentsThatSparkSkipped) {
  const auto application = ReadFile("local-1642039451826");
  ASSERT_TRUE(application) << application.error().message;
  ASSERT_EQ(application->stages.size(), 6U);
  EXPECT_EQ(application->stages[1].id, 2);
  EXPECT_THAT(application->stages[1].parents, ElementsAre(0))
      << "it reads stage 1, which is skipped; the driver had waited for stage 0";
}

TEST(SparkEventLogReader, LeavesJobsThatRanAtOnceSideBySide) {
  const auto stage = [](int id, int submitted) {
    return R"({"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":)" +
           std::to_string(id) +
           R"(,"Stage Name":"s","Number of Tasks":2,"Parent IDs":[],"Submission Time":)" +
           std::to_string(submitted) + "}}\n";
  };
  const auto job = [](int id, int submitted) {
    return R"({"Event":"SparkListenerJobStart","Job ID":)" + std::to_string(id) +
           R"(,"Submission Time":)" + std::to_string(submitted) + R"(,"Stage IDs":[)" +
           std::to_string(id) + "]}\n";
  };
  const auto end = [](int id, int time) {
    return R"({"Event":"SparkListenerJobEnd","Job ID":)" + std::to_string(id) +
           R"(,"Completion Time":)" + std::to_string(time) + "}\n";
  };
  const auto application = ReadText(
      R"({"Event":"SparkListenerApplicationStart","App Name":"a","App ID":"1","Timestamp":0})"
      "\n"
      R"({"Event":"SparkListenerExecutorAdded","Timestamp":0,"Executor ID":"1",)"
      R"("Executor Info":{"Total Cores":2}})"
      "\n" +
      job(0, 10) + stage(0, 10) + end(0, 20) + job(1, 30) + stage(1, 30) + job(2, 40) +
      stage(2, 40) + end(1, 60) + end(2, 50) + job(3, 70) + stage(3, 70) + end(3, 80) +
      R"({"Event":"SparkListenerApplicationEnd","Timestamp":100})");
  ASSERT_TRUE(application) << application.error().message;
  EXPECT_THAT(application->stages[1].parents, ElementsAre(0));
  EXPECT_THAT(application->stages[2].parents, ElementsAre(0));
  EXPECT_THAT(application->stages[3].parents, ElementsAre(1, 2));
  EXPECT_EQ(application->cpus, 2);
}

TEST(SparkEventLogReader, LeavesOutStagesThatHadNothingToDo) {
  const auto application = ReadText(
      R"({"Event":"SparkListenerApplicationStart","App Name":"a","Timestamp":0})"
      "\n"
      R"({"Event":"SparkListenerExecutorAdded","Timestamp":0,"Executor ID":"1",)"
      R"("Executor Info":{"Total Cores":2}})"
      "\n"
      R"({"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":0,"Number of Tasks":0}})"
      "\n"
      R"({"Event":"SparkListenerApplicationEnd","Timestamp":100})");
  ASSERT_TRUE(application) << application.error().message;
  EXPECT_THAT(application->stages, IsEmpty());
  EXPECT_EQ(application->id, "app.log") << "the log does not tell its id";
}

TEST(SparkEventLogReader, RecognisesALogByItsFirstLine) {
  EXPECT_TRUE(SparkEventLogReader::Recognises(
      R"({"Event":"SparkListenerLogStart","Spark Version":"3.1.0-SNAPSHOT"})"));
  EXPECT_FALSE(SparkEventLogReader::Recognises("arrival_time,length,cpus"));
  EXPECT_FALSE(SparkEventLogReader::Recognises(R"({"Event":"other"})"));
  EXPECT_FALSE(SparkEventLogReader::Recognises(""));
}

TEST(SparkEventLogReader, SaysWhatIsWrongWithALog) {
  const std::string start =
      R"({"Event":"SparkListenerApplicationStart","App Name":"a","App ID":"1","Timestamp":5})"
      "\n";
  const std::string executor =
      R"({"Event":"SparkListenerExecutorAdded","Timestamp":6,"Executor ID":"1",)"
      R"("Executor Info":{"Total Cores":2}})"
      "\n";
  const std::string end = R"({"Event":"SparkListenerApplicationEnd","Timestamp":9})";
  struct Case {
    std::string text;
    const char* want;
  };
  const Case cases[] = {
      {"", "app.log: no SparkListenerApplicationStart"},
      {start + executor, "app.log: no SparkListenerApplicationEnd"},
      {start + end, "app.log: the application never had an executor"},
      {start + start, "app.log:2: a second application starts"},
      {start + "x", "app.log:2: not an event of Spark's event log"},
      {start + R"({"Event":"SparkListenerTaskEnd","Stage)",
       "app.log:2: SparkListenerTaskEnd is not JSON: the line is damaged or was cut off"},
      {R"({"Event":"SparkListenerApplicationStart","Timestamp":-1})",
       "app.log:1: SparkListenerApplicationStart has no Timestamp"},
      {R"({"Event":"SparkListenerExecutorAdded","Timestamp":6})",
       "app.log:1: SparkListenerExecutorAdded has no Timestamp or Total Cores"},
      {start + executor + R"({"Event":"SparkListenerApplicationEnd","Timestamp":5})",
       "app.log: the application ends when it starts"},
  };
  for (const Case& c : cases) {
    const auto application = ReadText(c.text);
    ASSERT_FALSE(application) << c.want;
    EXPECT_EQ(application.error().kind, Error::Kind::invalid);
    EXPECT_THAT(application.error().message, testing::StartsWith(c.want));
  }
}

TEST(TraceOf, IsAJobForEachApplication) {
  std::vector<SparkApplication> applications;
  for (const char* const name : {"local-1642039451826", "app-20200706201101-0003"}) {
    auto application = ReadFile(name);
    ASSERT_TRUE(application);
    applications.push_back(*std::move(application));
  }
  const auto trace = TraceOf(applications);
  ASSERT_TRUE(trace) << trace.error().message;
  ASSERT_EQ(trace->jobs.size(), 2U);
  EXPECT_EQ(trace->jobs[1].arrival, Duration::zero()) << "the first of them";
  EXPECT_EQ(trace->jobs[0].arrival, applications[0].start - applications[1].start);
  EXPECT_EQ(trace->jobs[0].template_id, trace->jobs[1].template_id) << "both are a Spark shell";
  EXPECT_EQ(trace->ids.At(1), "app-20200706201101-0003");
  applications.push_back(applications[0]);
  EXPECT_EQ(TraceOf(applications).error(),
            Invalid("application 'local-1642039451826' stands in two logs: give each once"));
}

}  // namespace
}  // namespace carbon::sim
