// SPDX-License-Identifier: Apache-2.0
#include "plan/flexible_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "plan/best_start.h"
#include "plan/changing_widths.h"
#include "plan/known_places.h"
#include "plan/offer.h"
#include "plan/pausing.h"

namespace carbon::plan {
namespace {

/// From the simplest on: what asks more of a job comes later.
enum class Kind { now, start, pauses, wide_start, wide_pauses, changing, changing_pauses };
constexpr size_t kKinds = 7;

/// A way to run the job, and what it costs by the parameters.
struct Way {
  Arrangement plan;
  double cost = 0;
};

/// The job, wherever it runs.
struct Task {
  const Flexibility& flexibility;
  Duration length;  ///< by one worker
  Time now;
  Time latest_end;
  Time end;  ///< what is planned to start later ends by then
  GramsPerHour patience;

  double Rate(size_t workers) const { return flexibility.work_per_hour[workers - 1]; }
  size_t MostWorkers() const { return flexibility.work_per_hour.size(); }
  double Work() const { return Rate(1) * Hours(length); }

  Duration LengthBy(size_t workers) const {
    return Duration(
        std::llround(std::ceil(static_cast<double>(length.count()) * (Rate(1) / Rate(workers)))));
  }

  /// As few as end in time; where none do, as few as end as early as possible.
  size_t WorkersNow() const {
    size_t fastest = 1;
    for (size_t workers = 1; workers <= MostWorkers(); ++workers) {
      if (now + LengthBy(workers) <= latest_end) {
        return workers;
      }
      fastest = Rate(workers) > Rate(fastest) ? workers : fastest;
    }
    return fastest;
  }

  /// When the work is done on average, in hours from now.
  double MeanHour(const Arrangement& plan) const {
    double done = 0;
    double sum = 0;
    for (const ArrangedRun& run : plan.runs) {
      const double work = Rate(run.workers) * Hours(run.length - run.delay);
      done += work;
      sum += work * (Hours(run.end() - now) - Hours(run.length - run.delay) / 2);
    }
    return sum / done;
  }
};

/// All ways at one place, the best of each kind.
class WaysAt {
 public:
  WaysAt(const KnownPlace& at, const Task& task)
      : at_(at), task_(task), expected_(at.outlook->expected) {
    const size_t workers = task.WorkersNow();
    const Duration length = task.LengthBy(workers);
    now_ = ArrangeAt(at, {task.now, length, workers}, MeanFromNow(at, task.now, length));
    for (size_t each = 1; each <= task.MostWorkers(); ++each) {
      AddStart(each);
      AddPauses(each);
    }
    if (task.MostWorkers() > 1) {
      AddChanging();
    }
  }

  const Arrangement& now() const { return now_; }
  const std::optional<Way>& best(Kind kind) const { return best_[static_cast<size_t>(kind)]; }

 private:
  void Add(Kind kind, const std::vector<ElasticRun>& runs) {
    auto plan = Arrange(at_, runs, task_.flexibility.pause.value_or(PauseCost()));
    if (!plan || *plan == now_) {
      return;
    }
    const double later = std::max(0.0, task_.MeanHour(*plan) - task_.MeanHour(now_));
    const double cost = plan->emissions.value() + task_.patience.value() * later;
    auto& best = best_[static_cast<size_t>(kind)];
    if (!best || IsCheaper(cost, best->cost)) {
      best = Way{.plan = *std::move(plan), .cost = cost};
    }
  }

  void AddStart(size_t workers) {
    const Duration length = task_.LengthBy(workers);
    const double kwh = (at_.place->power * static_cast<double>(workers) * length).value();
    const GramsPerKwh wait_per_hour(task_.patience.value() / kwh);
    const auto window = BestStart(expected_, task_.now, task_.end - length, length, wait_per_hour);
    if (window) {
      Add(workers == 1 ? Kind::start : Kind::wide_start, {{window->start, length, workers}});
    }
  }

  void AddPauses(size_t workers) {
    if (!task_.flexibility.pause) {
      return;
    }
    const auto runs =
        CheapestWithPauses(expected_, {.earliest = task_.now,
                                       .end = task_.end,
                                       .length = task_.LengthBy(workers),
                                       .power = at_.place->power * static_cast<double>(workers),
                                       .pause = *task_.flexibility.pause,
                                       .wait_per_hour = Grams(task_.patience.value())});
    std::vector<ElasticRun> wide;
    for (const Segment& run : runs.value_or(Schedule())) {
      wide.push_back({run.start, run.length, workers});
    }
    if (wide.size() > 1) {
      Add(workers == 1 ? Kind::pauses : Kind::wide_pauses, wide);
    }
  }

  void AddChanging() {
    const ElasticWork work{.arrival = task_.now,
                           .end = task_.end,
                           .work = task_.Work(),
                           .per_hour = task_.flexibility.work_per_hour,
                           .per_worker = at_.place->power};
    if (const auto plan = CheapestWithoutPause(expected_, work)) {
      Add(Kind::changing, plan->runs);
    }
    if (!task_.flexibility.pause) {
      return;
    }
    if (const auto plan = CheapestWidths(expected_, work)) {
      Add(Kind::changing_pauses, plan->runs);
    }
  }

  const KnownPlace& at_;
  const Task& task_;
  const grid::Series& expected_;
  Arrangement now_;
  std::array<std::optional<Way>, kKinds> best_;
};

/// The cheapest of a kind over all places.
const Way* CheapestOf(const std::vector<WaysAt>& places, Kind kind) {
  const Way* cheapest = nullptr;
  for (const WaysAt& place : places) {
    const auto& best = place.best(kind);
    if (best && (cheapest == nullptr || IsCheaper(best->cost, cheapest->cost))) {
      cheapest = &*best;
    }
  }
  return cheapest;
}

const Arrangement& CheapestNow(const std::vector<WaysAt>& places) {
  return std::min_element(
             places.begin(), places.end(),
             [](const WaysAt& a, const WaysAt& b) { return a.now().emissions < b.now().emissions; })
      ->now();
}

Arrangement Choose(const std::vector<WaysAt>& places, const Parameters& parameters) {
  const Arrangement& now = CheapestNow(places);
  if (parameters.threshold && now.runs.front().intensity <= *parameters.threshold) {
    return now;
  }
  const double least = parameters.min_saving * now.emissions.value();
  Way chosen{.plan = now, .cost = now.emissions.value()};
  for (size_t kind = 1; kind < kKinds; ++kind) {
    const Way* way = CheapestOf(places, static_cast<Kind>(kind));
    if (way != nullptr && way->cost + least < chosen.cost && IsCheaper(way->cost, chosen.cost)) {
      chosen = *way;
    }
  }
  return chosen.plan;
}

std::vector<Arrangement> Alternatives(const std::vector<WaysAt>& places,
                                      const Arrangement& chosen) {
  std::vector<Arrangement> others;
  const auto add = [&](const Arrangement& plan) {
    if (plan != chosen && std::find(others.begin(), others.end(), plan) == others.end()) {
      others.push_back(plan);
    }
  };
  for (const WaysAt& place : places) {
    add(place.now());
    for (size_t kind = 1; kind < kKinds; ++kind) {
      if (const auto& best = place.best(static_cast<Kind>(kind))) {
        add(best->plan);
      }
    }
  }
  std::stable_sort(others.begin(), others.end(), [](const Arrangement& a, const Arrangement& b) {
    return a.emissions < b.emissions;
  });
  constexpr size_t kMost = 3;
  others.resize(std::min(kMost, others.size()));
  return others;
}

}  // namespace

Status CheckFlexibility(const Flexibility& flexibility) {
  const auto& pause = flexibility.pause;
  if (pause && (!std::isfinite(pause->energy.value()) || pause->energy < KilowattHours(0) ||
                pause->delay < Duration::zero())) {
    return Invalid("a pause costs 0 or more energy and time");
  }
  if (flexibility.work_per_hour.empty() || flexibility.work_per_hour.size() > kMostWorkers) {
    return Invalid("a job has 1 to " + std::to_string(kMostWorkers) + " workers, not " +
                   std::to_string(flexibility.work_per_hour.size()));
  }
  return CheckConcave(flexibility.work_per_hour);
}

std::optional<FlexiblePlan> PlanFlexible(const Job& job, const Flexibility& flexibility,
                                         const grid::Board& board, Time now,
                                         const Parameters& parameters) {
  const auto known = KnownPlacesOf(job, board, parameters.lowest_rung);
  if (known.empty()) {
    return std::nullopt;
  }
  const Time latest_end = job.latest_start + job.length.mean;
  const Task task{.flexibility = flexibility,
                  .length = job.length.mean,
                  .now = now,
                  .latest_end = latest_end,
                  .end = LatestStartOf(job) + job.length.mean - parameters.start_margin,
                  .patience = parameters.patience};
  std::vector<WaysAt> places;
  places.reserve(known.size());
  Grams all_now;
  for (const KnownPlace& at : known) {
    places.emplace_back(at, task);
    all_now += places.back().now().emissions;
  }
  FlexiblePlan plan{.chosen = Choose(places, parameters),
                    .alternatives = {},
                    .run_now = all_now / static_cast<double>(places.size()),
                    .late = {}};
  plan.alternatives = Alternatives(places, plan.chosen);
  if (plan.chosen.end() > latest_end) {
    plan.late = plan.chosen.end() - latest_end;
  }
  return plan;
}

}  // namespace carbon::plan
