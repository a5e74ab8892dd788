// SPDX-License-Identifier: Apache-2.0
#include "sim/trace.h"

#include <gtest/gtest.h>

namespace carbon::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(ParseJobs, ReadsSecondsAndHours) {
  const char* rows = "arrival_time,length,cpus\n0,3600,1\n0.5,0.25,2.5\n";
  const auto in_seconds = ParseJobs(rows, "j.csv", JobUnit::seconds);
  ASSERT_TRUE(in_seconds) << in_seconds.error().message;
  EXPECT_EQ(in_seconds->jobs, (std::vector<TraceJob>{{Duration(0), seconds(3600), 1},
                                                     {Duration(500), Duration(250), 2.5}}));
  const auto in_hours = ParseJobs(rows, "j.csv", JobUnit::hours);
  ASSERT_TRUE(in_hours);
  EXPECT_EQ(in_hours->jobs[1], (TraceJob{minutes(30), minutes(15), 2.5}));
}

TEST(ParseJobs, FindsColumnsByNameAndRoundsToMilliseconds) {
  const auto jobs = ParseJobs("cpus,user,length,arrival_time\r\n1,a,0.16666666666666666,1e2\r\n",
                              "j.csv", JobUnit::hours);
  ASSERT_TRUE(jobs) << jobs.error().message;
  EXPECT_EQ(jobs->jobs, (std::vector<TraceJob>{{minutes(6000), minutes(10), 1}}));
}

TEST(ParseJobs, KnowsWhatAJobIsARunOf) {
  const auto trace = ParseJobs(
      "id,template,arrival_time,length,cpus\n"
      "a,nightly,0,60,1\nb,,0,60,1\nc,weekly,0,60,1\nd,nightly,0,60,1\n",
      "j.csv", JobUnit::seconds);
  ASSERT_TRUE(trace) << trace.error().message;
  const uint32_t nightly = trace->jobs[0].template_id;
  EXPECT_EQ(trace->jobs[1].template_id, kNoTemplate);
  EXPECT_NE(trace->jobs[2].template_id, nightly);
  EXPECT_EQ(trace->jobs[3].template_id, nightly);
  EXPECT_EQ(trace->templates.size(), 2U);
  EXPECT_EQ(trace->templates.At(nightly), "nightly");
  ASSERT_EQ(trace->ids.size(), 4U);
  EXPECT_EQ(trace->ids.At(2), "c");
}

TEST(ParseJobs, EqualRowsAreJobsOfTheirOwnWithoutIds) {
  const auto trace =
      ParseJobs("arrival_time,length,cpus\n5,60,1\n5,60,1\n", "j.csv", JobUnit::seconds);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->jobs.size(), 2U);
  EXPECT_EQ(trace->ids.size(), 0U);
}

TEST(ParseJobs, TakesRowsInAnyOrder) {
  const auto trace =
      ParseJobs("arrival_time,length,cpus\n9,60,1\n5,60,1\n", "j.csv", JobUnit::seconds);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->jobs[0].arrival, seconds(9)) << "the scenario sorts them";
}

TEST(ParseJobs, NamesFileAndLineOfWhatIsWrong) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case cases[] = {
      {"", "j.csv: empty: expected a header line and rows"},
      {"arrival_time,length\n", "j.csv:1: the header has no column 'cpus'"},
      {"arrival_time,length,cpus\n", "j.csv: no jobs below the header"},
      {"arrival_time,length,cpus\n1,2\n", "j.csv:2: expected 3 fields as in the header, found 2"},
      {"arrival_time,length,cpus\n1,2,3\n\n-1,2,3\n",
       "j.csv:4: arrival_time '-1' is not a number from 0 to 100 years"},
      {"arrival_time,length,cpus\n1,-2,3\n",
       "j.csv:2: length '-2' is not a number from 0 to 100 years"},
      {"arrival_time,length,cpus\n1,inf,3\n", "j.csv:2: length 'inf' is not a number"},
      {"arrival_time,length,cpus\n1,nan,3\n", "j.csv:2: length 'nan' is not a number"},
      {"arrival_time,length,cpus\n1,1e300,3\n", "j.csv:2: length '1e300' is not a number"},
      {"arrival_time,length,cpus\n1,,3\n", "j.csv:2: length '' is not a number"},
      {"arrival_time,length,cpus\n1,2,0\n", "j.csv:2: cpus '0' is not a number > 0"},
      {"arrival_time,length,cpus\n1,2,-1\n", "j.csv:2: cpus '-1' is not a number > 0"},
      {"arrival_time,length,cpus\n1,2,1e99\n", "j.csv:2: cpus '1e99' is not a number > 0"},
      {"arrival_time,length,cpus\n1,2,two\n", "j.csv:2: cpus 'two' is not a number > 0"},
      {"arrival_time,length,cpus\n1,3.6e9,3\n",
       "j.csv:2: length '3.6e9' is not a number from 0 to 100 years"},
      {"id,arrival_time,length,cpus\na,1,2,3\n\nb,1,2,3\na,1,2,3\n",
       "j.csv:5: id 'a' stands twice: leave a row out, or the column if these are two jobs"},
      {"id,arrival_time,length,cpus\n,1,2,3\n", "j.csv:2: id is empty"},
      {"template,arrival_time,length,cpus,template\n",
       "j.csv:1: the header names column 'template' twice"},
  };
  for (const Case& c : cases) {
    const auto jobs = ParseJobs(c.text, "j.csv", JobUnit::seconds);
    ASSERT_FALSE(jobs) << c.text;
    EXPECT_TRUE(jobs.error().message.starts_with(c.want)) << jobs.error().message;
    EXPECT_EQ(jobs.error().kind, Error::Kind::invalid);
  }
}

}  // namespace
}  // namespace carbon::sim
