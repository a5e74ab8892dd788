// SPDX-License-Identifier: Apache-2.0
#include "controller/rooms.h"

#include <gtest/gtest.h>

#include "plan/reason.h"

namespace carbon::controller {
namespace {

using std::chrono::hours;

const Time kNow = *ParseTime("2021-07-01T12:00:00Z");

workloads::Fleet AFleet() {
  return {{{.name = "node-1",
            .labels = {{std::string(workloads::kRegionLabel), "eu-north-1"}},
            .taints = {},
            .usable = true}},
          {{"eu-north-1", {.zone = {"SE"}, .pue = {}}}}};
}

workloads::PodView APod(const std::string& node, double cpus, Time planned_start) {
  workloads::PodView pod;
  pod.ns = "jobs";
  pod.name = "etl";
  pod.created = kNow - hours(5);
  pod.cpu_cores = cpus;
  pod.node = node;
  const plan::Reason reason{
      .cause = plan::Cause::cleanest_now,
      .decided_at = planned_start,
      .chosen = plan::Option{.region = "eu-west-1", .zone = "IE", .start = planned_start}};
  pod.annotations = {{std::string(workloads::kDurationAnnotation), "3h"},
                     {std::string(workloads::kPlanAnnotation), ToJson(reason)}};
  return pod;
}

TEST(Rooms, APodTakesRoomWhereItsNodeIsUntilItIsExpectedToEnd) {
  const auto fleet = AFleet();
  const std::vector pods = {APod("node-1", 4, kNow - hours(1))};
  const auto rooms = RoomsOf({{"eu-north-1", 10}, {"eu-west-1", 20}}, pods, fleet, {}, kNow, {});
  ASSERT_EQ(rooms.size(), 2U);
  EXPECT_EQ(rooms[0].region, "eu-north-1");
  EXPECT_EQ(rooms[0].cpus, 10);
  ASSERT_EQ(rooms[0].taken.size(), 1U);
  EXPECT_EQ(rooms[0].taken[0].cpus, 4);
  EXPECT_EQ(rooms[0].taken[0].until, kNow + hours(2));
  EXPECT_TRUE(rooms[1].taken.empty());
}

TEST(Rooms, WithoutANodeItTakesRoomWhereItWasLetGoTo) {
  const auto fleet = AFleet();
  const std::vector pods = {APod("", 4, kNow)};
  const auto rooms = RoomsOf({{"eu-north-1", 10}, {"eu-west-1", 20}}, pods, fleet, {}, kNow, {});
  EXPECT_TRUE(rooms[0].taken.empty());
  ASSERT_EQ(rooms[1].taken.size(), 1U);
  EXPECT_EQ(rooms[1].taken[0].until, kNow + hours(3));
}

TEST(Rooms, APodThatRunsOnIsExpectedToDoSoForAnHour) {
  const auto fleet = AFleet();
  const std::vector pods = {APod("node-1", 0, kNow - hours(4))};
  const auto rooms = RoomsOf({{"eu-north-1", 10}}, pods, fleet, {}, kNow, {});
  EXPECT_EQ(rooms[0].taken.at(0).until, kNow + hours(1));
  EXPECT_EQ(rooms[0].taken.at(0).cpus, 1) << "a pod that asks for no CPU counts as the default";
}

TEST(Rooms, APodIsExpectedToRunAsLongAsItsTemplateUsuallyDoes) {
  const auto fleet = AFleet();
  workloads::PodView ended = APod("", 4, kNow);
  ended.template_name = "jobs/Job/etl";
  const std::vector<workloads::EndedRun> runs = {{&ended, {kNow - hours(9), kNow - hours(4)}}};
  workloads::RunHistory history;
  history.Learn(runs);
  std::vector pods = {APod("node-1", 4, kNow - hours(1))};
  pods[0].template_name = "jobs/Job/etl";
  const auto rooms = RoomsOf({{"eu-north-1", 10}}, pods, fleet, {}, kNow, history);
  EXPECT_EQ(rooms[0].taken.at(0).until, kNow + hours(3)) << "(3 h declared + 5 h) / 2, from 11:00";
}

TEST(Rooms, ARegionWithoutALimitIsNotCounted) {
  const auto fleet = AFleet();
  EXPECT_TRUE(RoomsOf({}, std::vector{APod("node-1", 4, kNow)}, fleet, {}, kNow, {}).empty());
}

}  // namespace
}  // namespace carbon::controller
