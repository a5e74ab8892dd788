// SPDX-License-Identifier: Apache-2.0
#include "plan/reason.h"

#include <gtest/gtest.h>

#include <vector>

namespace carbon::plan {
namespace {

const Time kNow = *ParseTime("2021-07-01T00:00:00Z");

Reason Waiting() {
  return {.cause = Cause::cleaner_window,
          .decided_at = kNow,
          .deadline = kNow + std::chrono::hours(11),
          .latest_start = kNow + std::chrono::hours(9),
          .length = LengthBelief{.source = LengthSource::learnt,
                                 .runs = 3,
                                 .mean = std::chrono::minutes(105),
                                 .longest = std::chrono::hours(2),
                                 .bound = Duration(10'380'250)},
          .run_now = Option{"us-west-1", "US-CAL-CISO", kNow, GramsPerKwh(212), Grams(75.5)},
          .chosen = Option{"us-west-1", "US-CAL-CISO", kNow + std::chrono::hours(3),
                           GramsPerKwh(96), Grams(34.25)},
          .alternatives = {{"us-west-1", "US-CAL-CISO", kNow, GramsPerKwh(212), Grams(75.5)}},
          .source = "electricity-maps",
          .rung = "fresh",
          .forecast_issued_at = kNow,
          .note = ""};
}

TEST(Sentence, SaysUntilWhenWhyAndForWhatSaving) {
  EXPECT_EQ(Sentence(Waiting()),
            "waiting until 03:00 UTC in us-west-1 (US-CAL-CISO): 212 g/kWh now, 96 g/kWh forecast; "
            "saves about 41 g; deadline 11:00");
}

TEST(Sentence, SaysWhyAJobStartsNow) {
  Reason reason = Waiting();
  reason.chosen = reason.run_now;
  reason.cause = Cause::deadline_forces;
  EXPECT_EQ(Sentence(reason),
            "starting now in us-west-1 (US-CAL-CISO) at 212 g/kWh: waiting longer would make it "
            "late; deadline 11:00");
  reason.cause = Cause::cleanest_now;
  reason.deadline.reset();
  EXPECT_EQ(Sentence(reason),
            "starting now in us-west-1 (US-CAL-CISO) at 212 g/kWh: no cleaner start in reach; "
            "starts by 09:00");
  reason.run_now->emissions = Grams(9075.5);
  EXPECT_EQ(Sentence(reason),
            "starting now in us-west-1 (US-CAL-CISO) at 212 g/kWh; saves about 9.0 kg against the "
            "mean of where it may run: no cleaner start in reach; starts by 09:00");
  reason = Waiting();
  reason.chosen = reason.run_now;
  reason.cause = Cause::deadline_at_risk;
  EXPECT_EQ(Sentence(reason),
            "starting now in us-west-1 (US-CAL-CISO) at 212 g/kWh: it may take 2h53m (3 runs "
            "known), and waiting longer would risk its deadline; deadline 11:00");
  EXPECT_EQ(Sentence({.cause = Cause::no_signal, .note = "zone DE: no reading yet"}),
            "starting now: the carbon intensity is unknown (zone DE: no reading yet)");
  EXPECT_EQ(Sentence({.cause = Cause::no_place}),
            "starting now: no ready node that it accepts is in a region with a known grid zone");
  EXPECT_EQ(Sentence({.cause = Cause::bad_request, .note = "deadline is in the past"}),
            "starting now: deadline is in the past");
}

TEST(Describe, SaysWhereALengthComesFrom) {
  EXPECT_EQ(Describe(AtItsWord(std::chrono::hours(2))), "2h (declared)");
  EXPECT_EQ(Describe(AtItsWord(std::chrono::hours(1), LengthSource::assumed)), "1h (assumed)");
  EXPECT_EQ(Describe(*Waiting().length),
            "1h45m expected, longer than 2h53m once in 1000 runs (learnt from 3 runs, the longest "
            "2h)");
}

TEST(Describe, GivesAnOwnersWordForWhatItIs) {
  const std::vector<Duration> runs(3, std::chrono::minutes(100));
  EXPECT_EQ(Describe(LearntLength(runs, std::chrono::hours(2))),
            "1h45m expected, 2h at most by what was declared or seen (learnt from 3 runs)");
}

TEST(ReasonFromJson, ReadsWhatToJsonWrote) {
  const Reason reason = Waiting();
  const auto back = ReasonFromJson(ToJson(reason));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, reason);
  const Reason sparse{.cause = Cause::no_place, .decided_at = kNow};
  EXPECT_EQ(*ReasonFromJson(ToJson(sparse)), sparse);
}

TEST(ReasonFromJson, RefusesAnythingElse) {
  for (const char* text :
       {"", "[]", "{", "{}", R"({"cause":"Whim","decidedAt":"2021-07-01T00:00:00Z"})",
        R"({"cause":"NoPlace","decidedAt":"x","alternatives":[],"source":"","rung":"","note":""})",
        R"({"cause":"NoPlace","decidedAt":"2021-07-01T00:00:00Z","alternatives":[1],"source":"",)"
        R"("rung":"","note":""})",
        R"({"cause":"NoPlace","decidedAt":"2021-07-01T00:00:00Z","alternatives":[],"source":"",)"
        R"("rung":"","note":"","length":{"source":"guessed","runs":1,"meanSeconds":1,)"
        R"("longestSeconds":1,"boundSeconds":1}})",
        R"({"cause":"NoPlace","decidedAt":"2021-07-01T00:00:00Z","alternatives":[],"source":"",)"
        R"("rung":"","note":"","length":{"source":"learnt","runs":-1,"meanSeconds":1,)"
        R"("longestSeconds":1,"boundSeconds":1}})",
        R"({"cause":"NoPlace","decidedAt":"2021-07-01T00:00:00Z","alternatives":[],"source":"",)"
        R"("rung":"","note":"","length":{"source":"learnt","runs":1,"meanSeconds":1,)"
        R"("longestSeconds":1,"boundSeconds":1e300}})"}) {
    EXPECT_FALSE(ReasonFromJson(text)) << text;
  }
}

}  // namespace
}  // namespace carbon::plan
