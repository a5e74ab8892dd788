// SPDX-License-Identifier: Apache-2.0
#include "plan/flexible_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace carbon::plan {
namespace {

using grid::Series;
using grid::SignalKind;
using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *ParseTime("2021-07-01T00:00:00Z");

struct ZoneSignal {
  std::string zone;
  std::vector<double> hourly;
  SignalKind kind = SignalKind::average_lifecycle;
};

grid::Board BoardOf(const std::vector<ZoneSignal>& zones) {
  std::vector<grid::ZoneReading> readings;
  readings.reserve(zones.size());
  for (const ZoneSignal& each : zones) {
    readings.push_back(
        {.zone = {each.zone},
         .kind = each.kind,
         .source = "test",
         .fetched_at = kNow,
         .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(each.hourly.front())},
         .forecast = grid::Forecast{kNow, Series(kNow, hours(1), each.hourly)},
         .history = {}});
  }
  return grid::Board::Of(readings, kNow, {});
}

Job JobIn(const std::vector<std::string>& zones, Duration length, Duration wait) {
  Job job{.id = "a/b", .places = {}, .length = AtItsWord(length), .latest_start = kNow + wait};
  for (const std::string& zone : zones) {
    job.places.push_back({"region-" + zone, {zone}, Watts(1000)});
  }
  return job;
}

constexpr Parameters kExact{.min_saving = 0, .start_margin = Duration::zero()};

FlexiblePlan PlanIn(const std::vector<ZoneSignal>& zones, Duration length, Duration wait,
                    const Flexibility& flexibility, const Parameters& parameters = kExact) {
  std::vector<std::string> names;
  names.reserve(zones.size());
  for (const ZoneSignal& each : zones) {
    names.push_back(each.zone);
  }
  const auto plan =
      PlanFlexible(JobIn(names, length, wait), flexibility, BoardOf(zones), kNow, parameters);
  EXPECT_TRUE(plan);
  return plan.value_or(FlexiblePlan());
}

std::vector<ElasticRun> RunsOf(const Arrangement& plan) {
  std::vector<ElasticRun> runs;
  runs.reserve(plan.runs.size());
  for (const ArrangedRun& run : plan.runs) {
    runs.push_back({run.start, run.length, run.workers});
  }
  return runs;
}

const std::vector<ZoneSignal> kTwoValleys = {{"DE", {300, 100, 250, 100, 250, 250}}};

TEST(PlanFlexible, PausesWhereThatIsWorthItsCost) {
  const auto with = [](double kwh) {
    return PlanIn(kTwoValleys, hours(2), hours(4),
                  {.pause = PauseCost{.energy = KilowattHours(kwh), .delay = {}}});
  };
  EXPECT_EQ(RunsOf(with(0).chosen), (std::vector<ElasticRun>{{kNow + hours(1), hours(1), 1},
                                                             {kNow + hours(3), hours(1), 1}}));
  EXPECT_EQ(with(1).chosen.emissions, Grams(300)) << "100 g of it are the checkpoint's";
  EXPECT_EQ(with(1).chosen.of_pauses, Grams(100));
  EXPECT_EQ(RunsOf(with(2).chosen), (std::vector<ElasticRun>{{kNow + hours(1), hours(2), 1}}));
  EXPECT_EQ(with(0).run_now, Grams(400));
  EXPECT_EQ(with(0).Saving(), Grams(200));
}

TEST(PlanFlexible, WithoutLeaveToPauseThereIsNoGap) {
  const auto plan = PlanIn(kTwoValleys, hours(5), hours(1), {.work_per_hour = {1, 2}});
  for (size_t i = 1; i < plan.chosen.runs.size(); ++i) {
    EXPECT_EQ(plan.chosen.runs[i].start, plan.chosen.runs[i - 1].end());
  }
  EXPECT_EQ(plan.chosen.pauses, 0U);
}

TEST(PlanFlexible, ScalesInTheCleanHour) {
  const auto plan = PlanIn(kTwoValleys, hours(2), hours(4), {.work_per_hour = {1, 2}});
  EXPECT_EQ(RunsOf(plan.chosen), (std::vector<ElasticRun>{{kNow + hours(1), hours(1), 2}}));
  EXPECT_EQ(plan.chosen.emissions, Grams(200));
}

TEST(PlanFlexible, AllowsForWhatFurtherWorkersLose) {
  // The second adds a tenth: running longer is cheaper.
  const auto plan = PlanIn(kTwoValleys, hours(2), hours(4), {.work_per_hour = {1, 1.1}});
  EXPECT_EQ(plan.chosen.MostWorkers(), 1U);
}

TEST(PlanFlexible, ScalesForADeadlineThatOneWorkerWouldMiss) {
  const auto plan =
      PlanIn({{"DE", {100, 300, 100, 100}}}, hours(4), -hours(2), {.work_per_hour = {1, 2, 3}});
  EXPECT_LE(plan.chosen.end(), kNow + hours(2));
  EXPECT_FALSE(plan.late);
  EXPECT_EQ(plan.run_now, Grams(800)) << "two workers for two hours";
  EXPECT_EQ(plan.chosen.emissions, Grams(600));
}

TEST(PlanFlexible, EndsAsEarlyAsItCanWhereTheDeadlineCannotBeKept) {
  const auto plan =
      PlanIn({{"DE", {100, 300, 100, 100}}}, hours(4), -hours(3), {.work_per_hour = {1, 2, 2}});
  EXPECT_EQ(RunsOf(plan.chosen), (std::vector<ElasticRun>{{kNow, hours(2), 2}}));
  EXPECT_EQ(plan.late, hours(1));
}

TEST(PlanFlexible, ChoosesThePlaceAndComparesOneKindOnly) {
  const ZoneSignal dirty{"DE", {300, 300, 300}};
  ZoneSignal clean{"SE", {300, 20, 300}};
  const Flexibility wide{.work_per_hour = {1, 2}};
  EXPECT_EQ(PlanIn({dirty, clean}, hours(2), hours(1), wide).chosen.zone, "SE");
  clean.kind = SignalKind::marginal;
  const auto plan = PlanIn({dirty, clean}, hours(2), hours(1), wide);
  EXPECT_EQ(plan.chosen.zone, "DE");
  for (const Arrangement& other : plan.alternatives) {
    EXPECT_EQ(other.zone, "DE");
  }
}

TEST(PlanFlexible, NamesTheThreeBestOfTheOtherWays) {
  const auto plan =
      PlanIn(kTwoValleys, hours(2), hours(4), {.pause = PauseCost(), .work_per_hour = {1, 1.9}});
  ASSERT_EQ(plan.alternatives.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NE(plan.alternatives[i], plan.chosen);
    EXPECT_GE(plan.alternatives[i].emissions,
              i == 0 ? plan.chosen.emissions : plan.alternatives[i - 1].emissions);
  }
}

TEST(PlanFlexible, ParametersMeanWhatTheyMeanToThePlanner) {
  const Flexibility pausable{.pause = PauseCost()};
  const auto chosen = [&](Parameters parameters) {
    parameters.start_margin = Duration::zero();
    return PlanIn(kTwoValleys, hours(2), hours(4), pausable, parameters).chosen;
  };
  const Time by_default = chosen({}).start();
  EXPECT_EQ(by_default, kNow + hours(1));
  EXPECT_EQ(chosen({.threshold = GramsPerKwh(200)}).start(), kNow);
  EXPECT_EQ(chosen({.min_saving = 0.6}).start(), kNow);
  EXPECT_EQ(chosen({.min_saving = 0.3}).start(), kNow + hours(1));
  EXPECT_EQ(chosen({.patience = GramsPerHour(200)}).start(), kNow);
}

TEST(PlanFlexible, WithoutASignalThereIsNone) {
  EXPECT_FALSE(PlanFlexible(JobIn({"FR"}, hours(1), hours(1)), {}, BoardOf(kTwoValleys), kNow, {}));
}

TEST(CheckFlexibility, SaysWhatIsWrong) {
  EXPECT_TRUE(CheckFlexibility({}));
  EXPECT_EQ(
      CheckFlexibility({.pause = PauseCost{.energy = KilowattHours(-1), .delay = {}}}).error(),
      Invalid("a pause costs 0 or more energy and time"));
  EXPECT_EQ(CheckFlexibility({.work_per_hour = {}}).error(),
            Invalid("a job has 1 to 100 workers, not 0"));
  EXPECT_FALSE(CheckFlexibility({.work_per_hour = {1, 3}}));
}

// ---- Ten thousand random jobs

struct Instance {
  std::vector<ZoneSignal> zones;
  Job job;
  Flexibility flexibility;
  Parameters parameters;

  Time LatestEnd() const { return job.latest_start + job.length.mean; }
  double Rate(size_t workers) const { return flexibility.work_per_hour[workers - 1]; }
  double Hours1() const { return Hours(job.length.mean) * Rate(1); }
};

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  size_t Below(size_t count) { return random_() % count; }
  double Share() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  bool Chance(double share) { return Share() < share; }

  Instance Roll() {
    Instance it;
    std::vector<std::string> names;
    for (size_t zone = 0; zone <= Below(2); ++zone) {
      names.push_back("Z" + std::to_string(zone));
      it.zones.push_back({names.back(), Values(),
                          Chance(0.2) ? SignalKind::marginal : SignalKind::average_lifecycle});
    }
    it.job = JobIn(names, minutes(10 + Below(150)), minutes(Below(400)) - minutes(120));
    for (Place& place : it.job.places) {
      place.power = Watts(50 + 500 * Share());
    }
    if (Chance(0.7)) {
      it.flexibility.pause = Chance(0.3) ? PauseCost()
                                         : PauseCost{.energy = KilowattHours(0.1 * Share()),
                                                     .delay = minutes(Below(90))};
    }
    double adds = 1;
    for (size_t workers = Below(4); workers > 0; --workers) {
      adds *= Chance(0.3) ? 1 : Share();
      it.flexibility.work_per_hour.push_back(it.flexibility.work_per_hour.back() + adds);
    }
    it.parameters.min_saving = Chance(0.5) ? 0 : 0.2 * Share();
    it.parameters.start_margin = minutes(Below(20));
    it.parameters.patience = GramsPerHour(Chance(0.7) ? 0 : 50 * Share());
    return it;
  }

 private:
  std::vector<double> Values() {
    std::vector<double> values(2 + Below(10));
    for (double& value : values) {
      const bool unknown = &value != values.data() && Chance(0.08);
      value = unknown ? Series::kUnknown : static_cast<double>(Below(20) * 30);
    }
    return values;
  }

  std::mt19937_64 random_;
};

/// The least that running at once emits in one of the places that count, by as few workers as end
/// in time.
double LeastNow(const Instance& it, const grid::Board& board) {
  size_t workers = 1;
  double hours_taken = it.Hours1() / it.Rate(1);
  for (size_t each = 1; each <= it.flexibility.work_per_hour.size(); ++each) {
    const double taken = it.Hours1() / it.Rate(each);
    const bool in_time = hours_taken <= Hours(it.LatestEnd() - kNow);
    if (!in_time && taken < hours_taken) {
      workers = each;
      hours_taken = taken;
    }
  }
  double least = std::numeric_limits<double>::infinity();
  const SignalKind kind = it.zones.front().kind;
  for (const Place& place : it.job.places) {
    const grid::Outlook& outlook = *board.Find(place.zone);
    if (outlook.kind != kind) {
      continue;
    }
    const auto length = Duration(std::llround(std::ceil(hours_taken * 3.6e6 - 1e-6)));
    const double mean = MeanFromNow({&place, &outlook}, kNow, length).value();
    least = std::min(
        least, place.power.value() / 1000 * static_cast<double>(workers) * hours_taken * mean);
  }
  return least;
}

bool IsFeasible(const Instance& it) {
  const double fastest =
      *std::max_element(it.flexibility.work_per_hour.begin(), it.flexibility.work_per_hour.end());
  return it.Hours1() / fastest <= Hours(it.LatestEnd() - kNow) - 1e-6;
}

/// What it does and emits, anew, and that it is a way at all.
void CheckWay(const Arrangement& plan, const Instance& it, const grid::Board& board) {
  const auto place = std::find_if(it.job.places.begin(), it.job.places.end(),
                                  [&](const Place& each) { return each.region == plan.region; });
  ASSERT_NE(place, it.job.places.end());
  const grid::Outlook& outlook = *board.Find(place->zone);
  ASSERT_EQ(outlook.kind, it.zones.front().kind) << "kinds are not mixed";
  double work = 0;
  double grams = 0;
  size_t pauses = 0;
  for (size_t i = 0; i < plan.runs.size(); ++i) {
    const ArrangedRun& run = plan.runs[i];
    ASSERT_GE(run.start, i == 0 ? kNow : plan.runs[i - 1].end());
    const bool gap = i > 0 && run.start > plan.runs[i - 1].end();
    if (gap || run.delay > Duration::zero()) {
      ASSERT_TRUE(it.flexibility.pause) << "it cannot pause";
      ASSERT_EQ(run.delay, it.flexibility.pause->delay);
      ++pauses;
      grams += it.flexibility.pause->energy.value() *
               outlook.expected.At(plan.runs[i - 1].end() - Duration(1))->value();
    }
    work += it.Rate(run.workers) * Hours(run.length - run.delay);
    const auto mean = outlook.expected.Mean(run.start, run.end());
    ASSERT_TRUE(mean || run.start == kNow) << "nothing later is planned into the unknown";
    grams += place->power.value() / 1000 * static_cast<double>(run.workers) * Hours(run.length) *
             mean.value_or(run.intensity).value();
  }
  ASSERT_EQ(pauses, plan.pauses);
  ASSERT_GE(work, it.Hours1() * (1 - 1e-9));
  ASSERT_NEAR(grams, plan.emissions.value(), 1e-6);
}

/// Emissions and waiting.
double CostOf(Grams emissions, Time start, const Parameters& parameters) {
  return emissions.value() + parameters.patience.value() * Hours(start - kNow);
}

TEST(PlanFlexible, IsNoWorseThanThePlannersOneStartHoweverPatient) {
  constexpr unsigned kSeed = 20261130;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Dice dice(kSeed);
  int waited = 0;
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Instance it = dice.Roll();
    it.parameters.min_saving = 0;
    it.parameters.patience = GramsPerHour(round % 4 == 0 ? 0 : 50 * dice.Share());
    const auto board = std::make_shared<const grid::Board>(BoardOf(it.zones));
    const Decision decision =
        Planner(it.parameters)
            .Decide({.now = kNow, .board = board, .jobs = {it.job}, .rooms = {}})
            .at(0);
    const auto plan = PlanFlexible(it.job, {}, *board, kNow, it.parameters);
    ASSERT_TRUE(plan && decision.reason.chosen);
    const Option& start = *decision.reason.chosen;
    ASSERT_LE(CostOf(plan->chosen.emissions, plan->chosen.start(), it.parameters),
              CostOf(start.emissions, start.start, it.parameters) + 1e-6);
    waited += start.start > kNow ? 1 : 0;
  }
  EXPECT_GT(waited, 1000) << "it was seen";
}

TEST(PlanFlexible, KeepsItsPromisesForTenThousandRandomJobs) {
  constexpr unsigned kSeed = 20261201;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Dice dice(kSeed);
  int paused = 0;
  int scaled = 0;
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const Instance it = dice.Roll();
    const grid::Board board = BoardOf(it.zones);
    const auto plan = PlanFlexible(it.job, it.flexibility, board, kNow, it.parameters);
    ASSERT_TRUE(plan);
    CheckWay(plan->chosen, it, board);
    ASSERT_FALSE(HasFatalFailure());
    if (IsFeasible(it)) {
      ASSERT_LE(plan->chosen.end(), it.LatestEnd()) << "past a deadline that was feasible";
      ASSERT_FALSE(plan->late);
    }
    ASSERT_LE(plan->chosen.emissions.value(), LeastNow(it, board) + 1e-3)
        << "more than a millisecond explains";
    ASSERT_LE(plan->chosen.emissions.value(), plan->run_now.value() * (1 + 1e-9));
    const auto again = PlanFlexible(it.job, it.flexibility, board, kNow, it.parameters);
    ASSERT_EQ(again->chosen, plan->chosen);
    ASSERT_EQ(again->alternatives, plan->alternatives);
    for (const Arrangement& other : plan->alternatives) {
      CheckWay(other, it, board);
      ASSERT_FALSE(HasFatalFailure());
      ASSERT_TRUE(it.parameters.min_saving > 0 || it.parameters.patience > GramsPerHour(0) ||
                  plan->chosen.emissions.value() <= other.emissions.value() * (1 + 1e-9) + 1e-9);
    }
    paused += plan->chosen.pauses > 0 ? 1 : 0;
    scaled += plan->chosen.MostWorkers() > 1 ? 1 : 0;
  }
  EXPECT_GT(paused, 300);
  EXPECT_GT(scaled, 1'000);
}

}  // namespace
}  // namespace carbon::plan
