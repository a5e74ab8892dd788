// SPDX-License-Identifier: Apache-2.0
#include "plan/migration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace carbon::plan {
namespace {

using grid::Outlook;
using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *ParseTime("2021-07-01T00:00:00Z");

/// Hourly from now on, with bounds that far below and above.
Outlook Expecting(const std::vector<double>& hourly, double spread = 0) {
  const auto shifted = [&](double by) {
    std::vector<double> values = hourly;
    for (double& value : values) {
      value = std::max(0.0, value + by);
    }
    return Series(kNow, hours(1), std::move(values));
  };
  return {.zone = {"zone"},
          .source = "test",
          .fetched_at = kNow,
          .issued_at = kNow,
          .now = GramsPerKwh(hourly.front()),
          .expected = shifted(0),
          .p10 = shifted(-spread),
          .p90 = shifted(spread)};
}

Outlook Constant(double intensity, double spread = 0) {
  return Expecting(std::vector<double>(48, intensity), spread);
}

RunLengths::Left Exactly(Duration length) {
  RunLengths::Left left{.mean = length, .quantiles = {}};
  left.quantiles.fill(length);
  return left;
}

/// A job of 1000 W with ten hours left, that may go from `here` to `there`.
struct Case {
  Outlook here = Constant(400);
  Outlook there = Constant(100);
  MoveCost cost = {};
  MigrationRules rules = {};
  RunLengths::Left left = Exactly(hours(10));
  std::optional<Time> deadline;
  std::optional<std::string> came_from;
  Duration stayed = hours(5);

  RunningJob Job() const {
    return {.id = "default/job",
            .here = {{"dirty", {"DE"}, Watts(1000)}, &here},
            .here_since = kNow - stayed,
            .came_from = came_from,
            .left = left,
            .deadline = deadline,
            .targets = {{{{"clean", {"SE"}, Watts(1000)}, &there}, cost}}};
  }
  MoveDecision Decide() const {
    const RunningJob job = Job();
    MoveBudget budget;
    return DecideMoves({&job, 1}, kNow, rules, budget).at(0);
  }
  MoveCause Cause() const { return Decide().cause; }
};

TEST(Migration, MovesWhereRunningOnSavesMoreThanTheMoveCosts) {
  const Case job{.cost = {.downtime = minutes(30),
                          .recomputed = hours(1),
                          .checkpoint = KilowattHours(0.5),
                          .transfer = KilowattHours(0.25)}};
  const MoveDecision decision = job.Decide();
  EXPECT_EQ(decision.cause, MoveCause::cleaner_place);
  ASSERT_TRUE(decision.figures);
  EXPECT_EQ(decision.figures->region, "clean");
  EXPECT_DOUBLE_EQ(decision.figures->saving.value(), 10 * (400 - 100));
  EXPECT_DOUBLE_EQ(decision.figures->cost.value(), 0.5 * 400 + 0.25 * 400 + 1 * 100);
  EXPECT_EQ(decision.figures->standard_error, Grams(0));
  EXPECT_EQ(decision.figures->late, 0);
}

TEST(Migration, ComparesWithWhatIsExpectedAfterTheDowntime) {
  Case job{.there = Expecting({500, 500, 100, 100, 100, 100, 100, 100}),
           .cost = {.downtime = hours(2)},
           .left = Exactly(hours(4))};
  EXPECT_DOUBLE_EQ(job.Decide().figures->saving.value(), 4 * (400 - 100));
  job.cost.downtime = hours(1);
  EXPECT_DOUBLE_EQ(job.Decide().figures->saving.value(), 4 * 400 - (500 + 3 * 100));
}

TEST(Migration, TakesTheMeanOverWhatMayBeLeft) {
  Case job{.here = Expecting({400, 400, 100, 100, 100, 100}), .there = Constant(200)};
  for (size_t i = 0; i < job.left.quantiles.size(); ++i) {
    job.left.quantiles.at(i) = i % 2 == 0 ? hours(2) : hours(4);
  }
  EXPECT_DOUBLE_EQ(job.Decide().figures->saving.value(), (2 * 200 + (2 * 200 - 2 * 100)) / 2.0);
}

TEST(Migration, CountsTheOtherPlacesPower) {
  const Case job;
  RunningJob running = job.Job();
  running.targets[0].to.place.power = Watts(3500);
  const auto figures = FiguresOf(running, running.targets[0], kNow, {});
  EXPECT_DOUBLE_EQ(figures->saving.value(), 10 * 400 - 3.5 * 10 * 100);
}

TEST(Migration, NothingIsSavedWhereNothingIsKnown) {
  Case job{.left = Exactly(hours(100))};
  EXPECT_DOUBLE_EQ(job.Decide().figures->saving.value(), 48 * 300) << "two days are known";
  job.there = Expecting({100, 100});
  EXPECT_DOUBLE_EQ(job.Decide().figures->saving.value(), 2 * 300);
  job.cost.downtime = hours(2);
  EXPECT_EQ(job.Decide(), (MoveDecision{"default/job", MoveCause::no_signal, {}}));
}

TEST(Migration, StaysBelowTheThresholdAndAtIt) {
  Case job{.rules = {.least_saving = Grams(3000)}};
  EXPECT_EQ(job.Cause(), MoveCause::saves_too_little);
  ASSERT_TRUE(job.Decide().figures) << "what is missing can be told";
  job.rules.least_saving = Grams(2999);
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
  job.cost.checkpoint = KilowattHours(0.01);
  EXPECT_EQ(job.Cause(), MoveCause::saves_too_little);
}

TEST(Migration, UnknownZonesAndOtherKindsOfSignalsKeepAJobWhereItIs) {
  Case job;
  job.there.kind = grid::SignalKind::marginal;
  EXPECT_EQ(job.Cause(), MoveCause::no_signal);
  job = {};
  job.there.rung = grid::Rung::climatology;
  EXPECT_EQ(job.Cause(), MoveCause::no_signal);
  job = {};
  job.here.rung = grid::Rung::static_factor;
  EXPECT_EQ(job.Cause(), MoveCause::no_signal);
  job = {};
  job.there.p90 = Series();
  EXPECT_EQ(job.Cause(), MoveCause::no_signal) << "how far off it may be is not known";
  const Case known;
  RunningJob running = known.Job();
  running.targets[0].to.outlook = nullptr;
  MoveBudget budget;
  EXPECT_EQ(DecideMoves({&running, 1}, kNow, {}, budget)[0].cause, MoveCause::no_signal);
  running.targets.clear();
  EXPECT_EQ(DecideMoves({&running, 1}, kNow, {}, budget)[0].cause, MoveCause::no_target);
}

TEST(Migration, StaysWhereItIsCleanEnough) {
  Case job{.here = Constant(200), .rules = {.least_intensity = GramsPerKwh(200)}};
  EXPECT_EQ(job.Cause(), MoveCause::clean_enough);
  job.rules.least_intensity = GramsPerKwh(199);
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
}

TEST(Migration, DoesNotRiskADeadline) {
  Case job{.cost = {.downtime = minutes(10), .recomputed = minutes(20)},
           .deadline = kNow + hours(11)};
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
  job.left.quantiles.back() = hours(20);  // one in 32: 3 %
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
  job.left.quantiles.at(RunLengths::kQuantiles - 2) = hours(20);  // 6 %
  EXPECT_EQ(job.Cause(), MoveCause::may_be_late);
  EXPECT_DOUBLE_EQ(job.Decide().figures->late, 2.0 / 32);
  job = {.cost = {.downtime = minutes(10), .recomputed = minutes(20)},
         .deadline = kNow + hours(10) + minutes(30)};
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place) << "just in time";
  job.cost.downtime += Duration(1);
  EXPECT_EQ(job.Cause(), MoveCause::may_be_late);
}

TEST(Migration, StaysWhereTheForecastsErrorMaySwallowTheSaving) {
  // Ten hours of 1 kW: a spread of 1.28155 g/kWh is a standard error of 10 g.
  Case job{.here = Constant(400, 30 * 1.28155), .there = Constant(360, 40 * 1.28155)};
  EXPECT_NEAR(job.Decide().figures->standard_error.value(), 10 * std::hypot(30, 40), 1e-9);
  EXPECT_EQ(job.Cause(), MoveCause::too_uncertain) << "400 g and 500 g";
  job.rules.standard_errors = 0.79;
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
}

TEST(Migration, StaysAWhileAfterEachMove) {
  Case job{.stayed = minutes(59)};
  EXPECT_EQ(job.Cause(), MoveCause::just_moved);
  job.stayed = minutes(60);
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
}

TEST(Migration, GoesBackOnlyForMuchMore) {
  // It saves 300 g; the move costs 80 g, and 100 g are to be saved beyond that.
  Case job{.there = Constant(370),
           .cost = {.checkpoint = KilowattHours(0.2)},
           .came_from = std::string("clean")};
  EXPECT_EQ(job.Cause(), MoveCause::only_just_left);
  job.rules.return_factor = 1.6;
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
  job.rules.return_factor = 2;
  job.came_from = "elsewhere";
  EXPECT_EQ(job.Cause(), MoveCause::cleaner_place);
}

TEST(Migration, TakesTheBestOfSeveralPlaces) {
  const Case job;
  const Outlook cleanest = Constant(20);
  const Outlook uncertain = Constant(10, 1000);
  RunningJob running = job.Job();
  running.targets.push_back({{{"cleanest", {"FR"}, Watts(1000)}, &cleanest}, {}});
  running.targets.push_back({{{"uncertain", {"NO"}, Watts(1000)}, &uncertain}, {}});
  MoveBudget budget;
  const auto decision = DecideMoves({&running, 1}, kNow, {}, budget).at(0);
  EXPECT_EQ(decision.cause, MoveCause::cleaner_place);
  EXPECT_EQ(decision.figures->region, "cleanest");
}

TEST(MoveBudget, AllowsSoManyWithinAnyHour) {
  MoveBudget budget(2);
  budget.Spend(kNow);
  budget.Spend(kNow + minutes(30));
  EXPECT_FALSE(budget.Allows(kNow + minutes(59)));
  EXPECT_TRUE(budget.Allows(kNow + minutes(60)));
  budget.Spend(kNow + minutes(60));
  EXPECT_FALSE(budget.Allows(kNow + minutes(89)));
  EXPECT_TRUE(budget.Allows(kNow + minutes(90)));
  EXPECT_FALSE(MoveBudget(0).Allows(kNow));
}

TEST(MoveBudget, GoesToThoseWhoSaveMost) {
  const Case small{.there = Constant(300)};
  const Case great{.there = Constant(50)};
  const std::vector<RunningJob> jobs = {small.Job(), great.Job(), great.Job()};
  MoveBudget budget(2);
  const auto decisions = DecideMoves(jobs, kNow, {}, budget);
  EXPECT_EQ(decisions[0].cause, MoveCause::budget_spent);
  EXPECT_TRUE(decisions[1].Moves());
  EXPECT_TRUE(decisions[2].Moves());
  EXPECT_FALSE(budget.Allows(kNow + minutes(59)));
}

TEST(MoveCause, HasAName) {
  std::set<std::string_view> names;
  for (int cause = 0; cause <= static_cast<int>(MoveCause::budget_spent); ++cause) {
    names.insert(ToString(static_cast<MoveCause>(cause)));
  }
  EXPECT_EQ(names.size(), 10U);
  EXPECT_FALSE(names.contains(""));
}

constexpr uint64_t kSeed = 20261204;
constexpr int kRounds = 10'000;

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  double Share() { return std::uniform_real_distribution<double>(0, 1)(engine_); }
  int64_t Pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine_);
  }
  bool Chance(double share) { return Share() < share; }

  Outlook AnOutlook() {
    std::vector<double> hourly(static_cast<size_t>(Pick(6, 60)));
    const double level = 600 * Share();
    for (double& value : hourly) {
      value = Chance(0.01) ? Series::kUnknown : level * (0.5 + Share());
    }
    hourly.front() = level;
    Outlook outlook = Expecting(hourly, Chance(0.5) ? 0 : 100 * Share());
    outlook.kind = Chance(0.1) ? grid::SignalKind::marginal : outlook.kind;
    outlook.rung = Chance(0.1) ? grid::Rung::climatology : outlook.rung;
    return outlook;
  }

  /// Of quarters of an hour, as all that `NetSavingByQuarters` counts.
  Duration Quarters(int64_t low, int64_t high) { return minutes(15) * Pick(low, high); }

  MoveCost ACost() {
    return {.downtime = Quarters(0, 4),
            .recomputed = Chance(0.5) ? Duration() : Quarters(0, 6),
            .checkpoint = KilowattHours(0.3 * Share()),
            .transfer = KilowattHours(0.3 * Share())};
  }

  RunLengths::Left ALeft() {
    RunLengths::Left left;
    for (Duration& quantile : left.quantiles) {
      quantile = Quarters(1, 50);
    }
    std::sort(left.quantiles.begin(), left.quantiles.end());
    return left;
  }

  /// `outlooks` outlives it.
  RunningJob AJob(const std::vector<Outlook>& outlooks) {
    const auto outlook = [&] {
      return Chance(0.05) ? nullptr : &outlooks[static_cast<size_t>(Pick(0, 2))];
    };
    RunningJob job{.id = "job " + std::to_string(Pick(0, 1'000'000)),
                   .here = {{"region-here", {"here"}, Watts(200 + 800 * Share())}, outlook()},
                   .here_since = kNow - minutes(Pick(0, 300)),
                   .came_from = {},
                   .left = ALeft(),
                   .deadline = {},
                   .targets = {}};
    if (Chance(0.5)) {
      job.deadline = kNow + minutes(Pick(60, 2400));
    }
    for (int64_t i = Pick(0, 3); i > 0; --i) {
      const std::string region = "region-" + std::to_string(i);
      job.targets.push_back({{{region, {region}, Watts(200 + 800 * Share())}, outlook()}, ACost()});
      if (Chance(0.2)) {
        job.came_from = region;
      }
    }
    return job;
  }

  MigrationRules SomeRules() {
    MigrationRules rules{.least_saving = Grams(Chance(0.3) ? 0 : 800 * Share())};
    rules.standard_errors = 2 * Share();
    if (Chance(0.5)) {
      rules.least_intensity = GramsPerKwh(400 * Share());
    }
    return rules;
  }

 private:
  std::mt19937_64 engine_;
};

/// Quarter by quarter of an hour, as long as both forecasts are known.
double NetSavingByQuarters(const RunningJob& job, const MoveTarget& target) {
  const auto grams = [](const PlaceOutlook& at, Time from, Duration length) {
    double sum = 0;
    for (Time time = from; time < from + length; time += minutes(15)) {
      sum += at.outlook->expected.At(time).value_or(GramsPerKwh(NAN)).value();
    }
    return sum * at.place.power.value() / 1000 / 4;
  };
  const auto& here = job.here;
  const auto& there = target.to;
  const MoveCost& cost = target.cost;
  const Time known = std::min(here.outlook->expected.end(), there.outlook->expected.end());
  const Time resumed = kNow + cost.downtime + cost.recomputed;
  double saving = 0;
  for (const Duration left : job.left.quantiles) {
    const Duration counted = std::min(left, known - kNow);
    const Duration seen = std::min(counted, known - resumed);
    saving +=
        grams(here, kNow, counted) - grams(there, resumed, seen) * (Hours(counted) / Hours(seen));
  }
  const double now_here = here.outlook->now.value();
  return saving / RunLengths::kQuantiles - cost.checkpoint.value() * now_here -
         cost.transfer.value() * std::max(now_here, there.outlook->now.value()) -
         grams(there, kNow + cost.downtime, cost.recomputed);
}

const MoveTarget& TargetOf(const RunningJob& job, const std::string& region) {
  return *std::find_if(job.targets.begin(), job.targets.end(),
                       [&](const MoveTarget& each) { return each.to.place.region == region; });
}

TEST(Migration, KeepsItsPromisesOnRandomFleets) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random(kSeed);
  size_t moves = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<Outlook> outlooks;
    outlooks.reserve(3);
    for (int i = 0; i < 3; ++i) {
      outlooks.push_back(random.AnOutlook());
    }
    const RunningJob job = random.AJob(outlooks);
    const MigrationRules rules = random.SomeRules();
    MoveBudget budget;
    MoveBudget same;
    const auto decisions = DecideMoves({&job, 1}, kNow, rules, budget);
    ASSERT_EQ(decisions, DecideMoves({&job, 1}, kNow, rules, same));
    const MoveDecision& decision = decisions.at(0);
    ASSERT_EQ(decision.job, job.id);
    if (!decision.Moves()) {
      continue;
    }
    ++moves;
    const MoveTarget& target = TargetOf(job, decision.figures->region);
    ASSERT_EQ(job.here.outlook->kind, target.to.outlook->kind);
    ASSERT_LE(target.to.outlook->rung, rules.lowest_rung);
    ASSERT_GE(kNow - job.here_since, rules.least_stay);
    const double net = NetSavingByQuarters(job, target);
    ASSERT_NEAR(net, decision.figures->Net().value(), 1e-6 * (1 + std::abs(net)));
    ASSERT_GT(net, rules.least_saving.value() - 1e-6);
    ASSERT_GT(net, rules.standard_errors * decision.figures->standard_error.value() - 1e-6);
    const Duration delay = target.cost.downtime + target.cost.recomputed;
    double late = 0;
    for (const Duration left : job.left.quantiles) {
      late += job.deadline && kNow + delay + left > *job.deadline ? 1.0 / 32 : 0;
    }
    ASSERT_LT(late, 0.05);
  }
  EXPECT_GT(moves, 500U) << "the promises are of some use";
}

TEST(Migration, NeverExceedsItsBudget) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random(kSeed);
  size_t refused = 0;
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<Outlook> outlooks;
    outlooks.reserve(3);
    for (int i = 0; i < 3; ++i) {
      outlooks.push_back(Constant(500 * random.Share()));
    }
    const auto per_hour = static_cast<size_t>(random.Pick(0, 4));
    MoveBudget budget(per_hour);
    std::vector<Time> begun;
    for (Time now = kNow; now < kNow + hours(3); now += minutes(random.Pick(1, 40))) {
      std::vector<RunningJob> jobs;
      for (int64_t i = random.Pick(0, 5); i > 0; --i) {
        jobs.push_back(random.AJob(outlooks));
      }
      for (const MoveDecision& decision : DecideMoves(jobs, now, {}, budget)) {
        refused += decision.cause == MoveCause::budget_spent ? 1U : 0U;
        if (decision.Moves()) {
          begun.push_back(now);
        }
      }
    }
    for (size_t i = per_hour; i < begun.size(); ++i) {
      ASSERT_GE(begun[i] - begun[i - per_hour], hours(1));
    }
  }
  EXPECT_GT(refused, 500U) << "there was something to refuse";
}

TEST(Migration, ConstantForecastsMakeNoJobGoBack) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random(kSeed);
  size_t moves = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<Outlook> outlooks;
    std::vector<PlaceOutlook> places;
    outlooks.reserve(3);
    for (int i = 0; i < 3; ++i) {
      const std::string region = std::to_string(i);
      outlooks.push_back(Constant(500 * random.Share(), 40 * random.Share()));
      places.push_back({{region, {region}, Watts(200 + 800 * random.Share())}, &outlooks.back()});
    }
    MigrationRules rules{.least_saving = Grams(0), .least_stay = hours(0)};
    rules.return_factor = 1;
    size_t at = 0;
    std::set<size_t> been = {at};
    std::optional<std::string> came_from;
    for (int hour = 0; hour < 12; hour += 4) {
      RunningJob job{.id = "job",
                     .here = places[at],
                     .here_since = kNow,
                     .came_from = came_from,
                     .left = Exactly(hours(30 - hour)),
                     .deadline = {},
                     .targets = {}};
      for (size_t i = 0; i < places.size(); ++i) {
        if (i != at) {
          job.targets.push_back({places[i], random.ACost()});
        }
      }
      MoveBudget budget;
      const auto decision = DecideMoves({&job, 1}, kNow + hours(hour), rules, budget).at(0);
      if (decision.Moves()) {
        ++moves;
        came_from = std::to_string(at);
        at = static_cast<size_t>(std::stoi(decision.figures->region));
        ASSERT_TRUE(been.insert(at).second) << "it came back to " << at;
      }
    }
  }
  EXPECT_GT(moves, 5000U);
}

}  // namespace
}  // namespace carbon::plan
