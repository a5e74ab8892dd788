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
  EXPECT_EQ(*in_seconds, (std::vector<TraceJob>{{Duration(0), seconds(3600), 1},
                                                {Duration(500), Duration(250), 2.5}}));
  const auto in_hours = ParseJobs(rows, "j.csv", JobUnit::hours);
  ASSERT_TRUE(in_hours);
  EXPECT_EQ((*in_hours)[1], (TraceJob{minutes(30), minutes(15), 2.5}));
}

TEST(ParseJobs, FindsColumnsByNameAndRoundsToMilliseconds) {
  const auto jobs = ParseJobs("cpus,user,length,arrival_time\r\n1,a,0.16666666666666666,1e2\r\n",
                              "j.csv", JobUnit::hours);
  ASSERT_TRUE(jobs) << jobs.error().message;
  EXPECT_EQ(*jobs, (std::vector<TraceJob>{{minutes(6000), minutes(10), 1}}));
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
