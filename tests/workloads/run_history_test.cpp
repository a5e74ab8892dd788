// SPDX-License-Identifier: Apache-2.0
#include "workloads/run_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace carbon::workloads {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Time kMidnight = *ParseTime("2021-07-01T00:00:00Z");

/// Pods that ended, and stay until they are removed.
class Ended {
 public:
  /// Ends at `ended` after midnight.
  Ended& Add(const std::string& of, Duration length, Duration ended) {
    PodView& pod = pods_.emplace_back();
    pod.ns = "jobs";
    pod.name = "pod-" + std::to_string(pods_.size());
    pod.uid = "uid-" + std::to_string(pods_.size());
    pod.template_name = "jobs/Job/" + of;
    present_.push_back({&pod, {kMidnight + ended - length, kMidnight + ended}});
    return *this;
  }
  void Declare(const std::string& length) {
    pods_.back().annotations[std::string(kDurationAnnotation)] = length;
  }
  void Remove() { present_.clear(); }
  std::span<const EndedRun> present() const { return present_; }

 private:
  std::deque<PodView> pods_;
  std::vector<EndedRun> present_;
};

std::vector<Duration> Of(const RunHistory& history, const std::string& of) {
  const auto runs = history.Of("jobs/Job/" + of);
  return {runs.begin(), runs.end()};
}

TEST(RunHistory, LearnsOfEachTemplateInTheOrderInWhichRunsEnded) {
  Ended ended;
  ended.Add("etl", hours(2), hours(9)).Add("etl", hours(1), hours(5)).Add("ml", hours(7), hours(8));
  RunHistory history;
  EXPECT_THAT(history.Learn(ended.present()), IsEmpty());
  EXPECT_THAT(Of(history, "etl"), ElementsAre(hours(1), hours(2)));
  EXPECT_THAT(Of(history, "ml"), ElementsAre(hours(7)));
  EXPECT_THAT(Of(history, "other"), IsEmpty());
  EXPECT_EQ(history.templates(), 2U);
  EXPECT_EQ(history.counters().runs, 3U);
}

TEST(RunHistory, LearnsFromAPodOnceHoweverLongItStays) {
  Ended ended;
  ended.Add("etl", hours(1), hours(1));
  RunHistory history;
  history.Learn(ended.present());
  history.Learn(ended.present());
  ended.Add("etl", hours(2), hours(4));
  history.Learn(ended.present());
  EXPECT_THAT(Of(history, "etl"), ElementsAre(hours(1), hours(2)));
}

TEST(RunHistory, KeepsWhatItLearntFromPodsThatAreGone) {
  Ended ended;
  ended.Add("etl", hours(1), hours(1));
  RunHistory history;
  history.Learn(ended.present());
  ended.Remove();
  history.Learn(ended.present());
  EXPECT_THAT(Of(history, "etl"), ElementsAre(hours(1)));
}

TEST(RunHistory, KeepsTheLastRuns) {
  Ended ended;
  for (int i = 1; i <= 40; ++i) {
    ended.Add("etl", minutes(i), hours(i));
  }
  RunHistory history;
  history.Learn(ended.present());
  ASSERT_THAT(Of(history, "etl"), SizeIs(RunHistory::kMostRuns));
  EXPECT_EQ(Of(history, "etl").front(), minutes(25));
  EXPECT_EQ(Of(history, "etl").back(), minutes(40));
}

TEST(RunHistory, ForgetsTheTemplateThatRanLongestAgo) {
  Ended ended;
  ended.Add("a", hours(1), hours(1)).Add("b", hours(1), hours(2));
  ended.Add("a", hours(1), hours(3)).Add("c", hours(1), hours(4));
  RunHistory history(2);
  history.Learn(ended.present());
  EXPECT_THAT(Of(history, "a"), SizeIs(2));
  EXPECT_THAT(Of(history, "b"), IsEmpty());
  EXPECT_THAT(Of(history, "c"), SizeIs(1));
  EXPECT_EQ(history.templates(), 2U);
  EXPECT_EQ(history.counters().forgotten, 1U);
}

TEST(RunHistory, TellsOfARunThatTookLongerThanItsBoundAndBelievesMoreAfterwards) {
  Ended ended;
  ended.Add("etl", hours(90), hours(100));
  ended.Declare("1h");
  RunHistory history;
  EXPECT_THAT(history.Learn(ended.present()), IsEmpty()) << "nothing was known before the first";
  for (int i = 1; i <= 16; ++i) {
    ended.Add("ml", minutes(60 + i % 3), hours(100 + i));
  }
  ASSERT_THAT(history.Learn(ended.present()), IsEmpty());
  const auto before = plan::LearntLength(history.Of("jobs/Job/ml"), {});
  ended.Add("ml", hours(3), hours(200));
  const auto overruns = history.Learn(ended.present());
  ASSERT_THAT(overruns, SizeIs(1));
  EXPECT_EQ(overruns[0].pod, "jobs/pod-18");
  EXPECT_EQ(overruns[0].length, hours(3));
  EXPECT_EQ(overruns[0].believed, before);
  EXPECT_LT(before.bound, hours(3));
  EXPECT_EQ(history.counters().longer_than_bound, 1U);
  EXPECT_GE(plan::LearntLength(history.Of("jobs/Job/ml"), {}).bound, hours(3));
}

TEST(RunHistory, TakesItsOwnersWordIntoAccountWhereItCanBeRead) {
  Ended ended;
  for (int i = 1; i <= 16; ++i) {
    ended.Add("etl", minutes(60 + i % 3), hours(i));
  }
  ended.Add("etl", hours(3), hours(100));
  ended.Declare("4h");
  ended.Add("etl", hours(9), hours(101));
  ended.Declare("soon");
  RunHistory history;
  const auto overruns = history.Learn(ended.present());
  ASSERT_THAT(overruns, SizeIs(1));
  EXPECT_EQ(overruns[0].length, hours(9));
}

}  // namespace
}  // namespace carbon::workloads
