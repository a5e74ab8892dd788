// SPDX-License-Identifier: Apache-2.0
#include "controller/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <span>
#include <vector>

namespace carbon::controller {
namespace {

using grid::Board;
using grid::Series;
using plan::Cause;
using plan::Decision;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

const Time kMidnight = *ParseTime("2021-07-01T00:00:00Z");

/// A cluster in memory that does as it is told, or fails as it is told.
class FakeActuator final : public Actuator {
 public:
  Status Release(const workloads::PodView& pod, const Decision& decision) override {
    return Do("release " + pod.name + " " + decision.region, pod, decision);
  }
  Status Explain(const workloads::PodView& pod, const Decision& decision) override {
    return Do("explain " + pod.name + " " + FormatTime(decision.start).substr(11, 5), pod,
              decision);
  }

  std::vector<std::string> log;
  std::map<std::string, Error> fail;  ///< by pod
  std::map<std::string, plan::Reason> said;

 private:
  Status Do(std::string what, const workloads::PodView& pod, const Decision& decision) {
    log.push_back(std::move(what));
    if (const auto found = fail.find(pod.name); found != fail.end()) {
      return found->second;
    }
    said[pod.name] = decision.reason;
    return {};
  }
};

workloads::NodeView Node(const std::string& region) {
  return {.name = region + "-node",
          .labels = {{"topology.kubernetes.io/region", region}},
          .taints = {},
          .usable = true};
}

HeldPod Pod(const std::string& name, const std::string& region, Duration until_deadline) {
  workloads::PodView pod;
  pod.ns = "default";
  pod.name = name;
  pod.uid = "uid-" + name;
  pod.annotations = {
      {std::string(workloads::kDurationAnnotation), "1h"},
      {std::string(workloads::kDeadlineAnnotation), FormatTime(kMidnight + until_deadline)}};
  pod.gates = {std::string(workloads::kGate)};
  pod.selection.node_selector = {{"topology.kubernetes.io/region", region}};
  pod.selection.key = region;
  pod.cpu_cores = 1;
  return {pod, kMidnight};
}

class LoopTest : public testing::Test {
 protected:
  LoopTest()
      : fleet_({Node("eu-central-1"), Node("eu-north-1")},
               {{"eu-central-1", {.zone = {"DE"}, .pue = {}}},
                {"eu-north-1", {.zone = {"SE"}, .pue = {}}}}),
        loop_({}, actuator_) {}

  /// DE is cleanest at 03:00; SE is not on the board.
  World At(Time now, std::vector<HeldPod> held) {
    const grid::ZoneReading reading{
        .zone = {"DE"},
        .kind = grid::SignalKind::average_lifecycle,
        .source = "test",
        .fetched_at = now,
        .latest = {},
        .forecast = grid::Forecast{
            kMidnight, Series(kMidnight, hours(1), {400, 390, 380, 100, 300, 300, 300, 300, 300})}};
    return {.now = now,
            .board = std::make_shared<Board>(Board::Of({reading}, now, {})),
            .held = std::move(held),
            .fleet = &fleet_,
            .history = &history_};
  }

  FakeActuator actuator_;
  workloads::Fleet fleet_;
  workloads::RunHistory history_;
  Loop loop_;
};

TEST_F(LoopTest, ExplainsAHoldOnceAndReleasesWhenItsWindowComes) {
  const auto pods = std::vector{Pod("a", "eu-central-1", hours(8))};
  EXPECT_EQ(loop_.Step(At(kMidnight, pods)).next_start, kMidnight + hours(3));
  EXPECT_EQ(loop_.Step(At(kMidnight + minutes(5), pods)).next_start, kMidnight + hours(3));
  EXPECT_FALSE(loop_.Step(At(kMidnight + hours(3), pods)).next_start);
  EXPECT_THAT(actuator_.log, ElementsAre("explain a 03:00", "release a eu-central-1"));
  EXPECT_EQ(loop_.counters().released, 1U);
  EXPECT_EQ(loop_.counters().explained, 1U);
}

TEST_F(LoopTest, ReleasesAPodOnlyOnceThoughTheCacheStillShowsItHeld) {
  const auto pods = std::vector{Pod("a", "eu-central-1", hours(1))};
  loop_.Step(At(kMidnight, pods));
  loop_.Step(At(kMidnight, pods));
  EXPECT_THAT(actuator_.log, ElementsAre("release a eu-central-1"));
}

TEST_F(LoopTest, ANewProcessDoesNotRepeatWhatThePodWasTold) {
  auto pods = std::vector{Pod("a", "eu-central-1", hours(8))};
  loop_.Step(At(kMidnight, pods));
  pods[0].pod.annotations[std::string(workloads::kPlanAnnotation)] =
      plan::ToJson(actuator_.said["a"]);
  actuator_.log.clear();
  Loop restarted({}, actuator_);
  restarted.Step(At(kMidnight + minutes(5), pods));
  EXPECT_THAT(actuator_.log, IsEmpty());
}

TEST_F(LoopTest, ReleasesTheMostUrgentFirstAndBeforeItExplains) {
  const auto pods =
      std::vector{Pod("waits", "eu-central-1", hours(8)), Pod("soon", "eu-central-1", minutes(70)),
                  Pod("sooner", "eu-central-1", minutes(61))};
  LoopSettings settings;
  settings.planner.start_margin = minutes(30);
  Loop loop(settings, actuator_);
  loop.Step(At(kMidnight, pods));
  EXPECT_THAT(actuator_.log, ElementsAre("release sooner eu-central-1", "release soon eu-central-1",
                                         "explain waits 03:00"));
}

TEST_F(LoopTest, FailsOpenWithoutASignalAndCountsIt) {
  loop_.Step(At(kMidnight, {Pod("a", "eu-north-1", hours(8))}));
  EXPECT_THAT(actuator_.log, ElementsAre("release a "));
  EXPECT_EQ(actuator_.said["a"].cause, Cause::no_signal);
  EXPECT_EQ(loop_.counters().released_without_signal, 1U);
}

TEST_F(LoopTest, FailsOpenOnABadAnnotationAndCountsIt) {
  auto pod = Pod("a", "eu-central-1", hours(8));
  pod.pod.annotations[std::string(workloads::kDeadlineAnnotation)] = "tomorrow";
  loop_.Step(At(kMidnight, {pod, Pod("past", "eu-central-1", -hours(1))}));
  EXPECT_EQ(loop_.counters().released_bad_request, 2U);
  EXPECT_EQ(actuator_.said["a"].cause, Cause::bad_request);
  EXPECT_NE(actuator_.said["past"].note.find("was in the past"), std::string::npos);
}

TEST_F(LoopTest, CountsAReleaseAfterTheLatestStart) {
  loop_.Step(At(kMidnight + minutes(30), {Pod("a", "eu-central-1", minutes(70))}));
  EXPECT_EQ(loop_.counters().released_late, 1U);
  loop_.Step(At(kMidnight + minutes(30), {Pod("never-had-room", "eu-central-1", minutes(50))}));
  EXPECT_EQ(loop_.counters().released_late, 1U);
}

TEST_F(LoopTest, StopsActingWhenTheServerIsDownAndTriesAgain) {
  const auto pods =
      std::vector{Pod("a", "eu-central-1", minutes(61)), Pod("b", "eu-central-1", minutes(62))};
  actuator_.fail = {{"a", Unavailable("connection refused")}};
  EXPECT_TRUE(loop_.Step(At(kMidnight, pods)).retry_soon);
  EXPECT_THAT(actuator_.log, ElementsAre("release a eu-central-1"));
  actuator_.fail.clear();
  actuator_.log.clear();
  EXPECT_FALSE(loop_.Step(At(kMidnight, pods)).retry_soon);
  EXPECT_THAT(actuator_.log, ElementsAre("release b eu-central-1", "release a eu-central-1"));
  EXPECT_EQ(loop_.counters().failures, 1U);
}

TEST_F(LoopTest, APodThatTheServerRefusesHindersNobody) {
  const auto pods =
      std::vector{Pod("a", "eu-central-1", minutes(61)), Pod("b", "eu-central-1", minutes(62))};
  for (const auto kind : {Error::Kind::denied, Error::Kind::internal, Error::Kind::invalid}) {
    FakeActuator actuator;
    actuator.fail = {{"a", {kind, "a webhook says no"}}};
    Loop loop({}, actuator);
    for (uint32_t i = 0; i < Loop::kSoonRetries; ++i) {
      EXPECT_TRUE(loop.Step(At(kMidnight, pods)).retry_soon);
    }
    EXPECT_FALSE(loop.Step(At(kMidnight, pods)).retry_soon) << "it is refused for good";
    EXPECT_EQ(actuator.log[0], "release a eu-central-1");
    EXPECT_EQ(actuator.log[1], "release b eu-central-1");
    EXPECT_EQ(loop.counters().released, 1U);
    EXPECT_EQ(loop.counters().failures, Loop::kSoonRetries + 1);
    actuator.fail.clear();
    loop.Step(At(kMidnight, pods));
    EXPECT_EQ(loop.counters().released, 2U) << "it is still tried";
  }
}

TEST_F(LoopTest, WhereOnePodIsNotAnsweredTheOthersGoFirstNextTime) {
  const auto pods =
      std::vector{Pod("a", "eu-central-1", minutes(61)), Pod("b", "eu-central-1", minutes(62))};
  actuator_.fail = {{"a", Unavailable("failed calling webhook")}};
  EXPECT_TRUE(loop_.Step(At(kMidnight, pods)).retry_soon);
  EXPECT_TRUE(loop_.Step(At(kMidnight, pods)).retry_soon);
  EXPECT_THAT(actuator_.log, ElementsAre("release a eu-central-1", "release b eu-central-1",
                                         "release a eu-central-1"));
}

TEST_F(LoopTest, WhereManyAreRefusedTheServerIsSparedAndTheOthersGoFirstNextTime) {
  std::vector<HeldPod> pods;
  for (int i = 0; i < Loop::kMostRefusals; ++i) {
    pods.push_back(Pod("no-" + std::to_string(i), "eu-central-1", minutes(61)));
    actuator_.fail[pods.back().pod.name] = {Error::Kind::denied, "no"};
  }
  pods.push_back(Pod("b", "eu-central-1", minutes(62)));
  EXPECT_TRUE(loop_.Step(At(kMidnight, pods)).retry_soon);
  EXPECT_THAT(actuator_.log, testing::SizeIs(Loop::kMostRefusals));
  loop_.Step(At(kMidnight, pods));
  EXPECT_EQ(actuator_.log[Loop::kMostRefusals], "release b eu-central-1");
  EXPECT_EQ(loop_.counters().released, 1U);
}

TEST_F(LoopTest, APodThatIsGoneOrHasChangedHindersNobody) {
  const auto pods = std::vector{Pod("gone", "eu-central-1", minutes(61)),
                                Pod("changed", "eu-central-1", minutes(62)),
                                Pod("here", "eu-central-1", minutes(63))};
  actuator_.fail = {{"gone", {Error::Kind::not_found, "not found"}},
                    {"changed", {Error::Kind::conflict, "changed"}}};
  EXPECT_FALSE(loop_.Step(At(kMidnight, pods)).retry_soon);
  EXPECT_EQ(loop_.counters().released, 1U);
  EXPECT_EQ(loop_.counters().conflicts, 1U);
}

TEST_F(LoopTest, SaysAgainWhenThePlanChanges) {
  auto pods = std::vector{Pod("a", "eu-central-1", hours(8))};
  loop_.Step(At(kMidnight, pods));
  pods[0].pod.annotations[std::string(workloads::kDeadlineAnnotation)] =
      FormatTime(kMidnight + hours(3));
  loop_.Step(At(kMidnight, pods));
  EXPECT_THAT(actuator_.log, ElementsAre("explain a 03:00", "explain a 01:55"));
}

/// A CronJob's pods that took about two hours each.
class EndedNights {
 public:
  EndedNights() {
    for (int night = 0; night < 3; ++night) {
      pods_[night] = Pod("etl-" + std::to_string(28394400 + night), "eu-central-1", hours(3)).pod;
      pods_[night].template_name = "default/Job/etl";
      const Time start = kMidnight - hours(24) * (night + 1);
      runs_.push_back({&pods_[night], {start, start + minutes(119 + night)}});
    }
  }
  std::span<const workloads::EndedRun> runs() const { return runs_; }

 private:
  std::array<workloads::PodView, 3> pods_;
  std::vector<workloads::EndedRun> runs_;
};

TEST_F(LoopTest, AfterRunsThatTookTwiceAsLongAsDeclaredTheNextIsReleasedEarlier) {
  auto fourth = Pod("etl-28394403", "eu-central-1", minutes(270));
  fourth.pod.template_name = "default/Job/etl";
  loop_.Step(At(kMidnight, {fourth}));
  ASSERT_THAT(actuator_.log, ElementsAre("explain etl-28394403 03:00"));
  EXPECT_EQ(actuator_.said.at("etl-28394403").length, plan::AtItsWord(hours(1)));

  const EndedNights nights;
  history_.Learn(nights.runs());
  const auto next = loop_.Step(At(kMidnight, {fourth})).next_start;
  const plan::Reason& told = actuator_.said.at("etl-28394403");
  ASSERT_TRUE(told.length);
  EXPECT_EQ(told.length->source, plan::LengthSource::learnt);
  EXPECT_EQ(told.length->runs, 3U);
  EXPECT_EQ(told.length->mean, minutes(105)) << "what was declared counts as one run";
  EXPECT_EQ(next, kMidnight + minutes(265) - told.length->bound);
  EXPECT_LT(*next, kMidnight + hours(2));
  loop_.Step(At(*next, {fourth}));
  EXPECT_EQ(actuator_.log.back(), "release etl-28394403 eu-central-1");
}

TEST_F(LoopTest, WhereTheBoundLeavesNoRoomAPodIsReleasedThoughItWouldProbablyBeInTime) {
  auto fourth = Pod("etl-28394403", "eu-central-1", minutes(160));
  fourth.pod.template_name = "default/Job/etl";
  const EndedNights nights;
  history_.Learn(nights.runs());
  loop_.Step(At(kMidnight, {fourth}));
  EXPECT_THAT(actuator_.log, ElementsAre("release etl-28394403 eu-central-1"));
  EXPECT_EQ(actuator_.said.at("etl-28394403").cause, Cause::deadline_at_risk);
  EXPECT_EQ(loop_.counters().released_late, 0U);
}

TEST_F(LoopTest, ADeadlineNeedsNoDurationOnceRunsAreKnown) {
  auto pod = Pod("etl-28394403", "eu-central-1", hours(8));
  pod.pod.template_name = "default/Job/etl";
  pod.pod.annotations.erase(std::string(workloads::kDurationAnnotation));
  loop_.Step(At(kMidnight, {pod}));
  EXPECT_EQ(actuator_.said.at("etl-28394403").cause, Cause::bad_request);
  const EndedNights nights;
  history_.Learn(nights.runs());
  Loop informed({}, actuator_);
  informed.Step(At(kMidnight, {pod}));
  EXPECT_EQ(actuator_.said.at("etl-28394403").cause, Cause::cleaner_window);
}

TEST_F(LoopTest, SpreadsPodsOverTheHoursThatHaveRoomForThem) {
  Loop loop({.rooms = {{"eu-central-1", 2}}}, actuator_);
  std::vector<HeldPod> pods;
  for (const char* const name : {"a", "b", "c"}) {
    pods.push_back(Pod(name, "eu-central-1", hours(8)));
  }
  World world = At(kMidnight, pods);
  world.let_go.push_back(Pod("runs", "eu-central-1", hours(8)).pod);
  world.let_go.back().gates.clear();
  world.let_go.back().node = "eu-central-1-node";
  world.let_go.back().created = kMidnight;
  world.let_go.back().annotations[std::string(workloads::kDurationAnnotation)] = "5h";
  loop.Step(world);
  std::map<Time, int> starts;
  for (const auto& [pod, reason] : actuator_.said) {
    ++starts[reason.chosen->start];
  }
  EXPECT_EQ(starts[kMidnight + hours(3)], 1) << "the other CPU is taken until 05:00";
  EXPECT_EQ(actuator_.said.size(), 3U);
  EXPECT_EQ(actuator_.log.size(), 3U);
  loop.Step(world);
  EXPECT_EQ(actuator_.log.size(), 3U) << "who was told a start keeps it";
}

}  // namespace
}  // namespace carbon::controller
