// SPDX-License-Identifier: Apache-2.0
#include "plan/oracles/zones.h"

#include <limits>
#include <optional>
#include <string>

namespace carbon::plan {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// Backward induction: what the rest of the job emits at least, from each state on.
class CostsToGo {
 public:
  CostsToGo(std::span<const OracleZone> zones, const MovableWork& work)
      : zones_(zones),
        work_(work),
        step_(zones.front().signal.step()),
        slots_(static_cast<size_t>((work.end - work.arrival) / step_)),
        costs_((slots_ + 1) * (work.steps + 1) * zones.size() * 2, kNever) {
    for (size_t slot = slots_ + 1; slot-- > 0;) {
      for (size_t zone = 0; zone < zones.size(); ++zone) {
        for (const State ran : {State::ran, State::stood}) {
          At(slot, 0, zone, ran) = 0;
          for (size_t left = 1; left <= work.steps; ++left) {
            At(slot, left, zone, ran) = Best(slot, left, zone, ran).cost;
          }
        }
      }
    }
  }

  /// Follows the choices that the costs came from; nothing where the job cannot be done.
  std::optional<ZonePlan> Plan() const {
    const auto [first, zone] = Start();
    if (!first) {
      return std::nullopt;
    }
    ZonePlan plan;
    size_t slot = *first;
    size_t here = zone;
    State state = State::ran;  // no pause precedes the first run
    for (size_t left = work_.steps; left > 0;) {
      const Choice choice = Best(slot, left, here, state);
      if (!choice.run_at) {
        state = State::stood;
        ++slot;
        continue;
      }
      Note(plan, *choice.run_at, choice.zone);
      slot = *choice.run_at + 1;
      here = choice.zone;
      state = State::ran;
      --left;
    }
    return plan;
  }

 private:
  enum class State { stood, ran };
  struct Choice {
    double cost = kNever;
    std::optional<size_t> run_at;  ///< nothing: it stands in this slot
    size_t zone = 0;
  };

  double& At(size_t slot, size_t left, size_t zone, State state) {
    return costs_[Index(slot, left, zone, state)];
  }
  double At(size_t slot, size_t left, size_t zone, State state) const {
    return costs_[Index(slot, left, zone, state)];
  }
  size_t Index(size_t slot, size_t left, size_t zone, State state) const {
    return ((slot * (work_.steps + 1) + left) * zones_.size() + zone) * 2 +
           (state == State::ran ? 1 : 0);
  }

  Time TimeOf(size_t slot) const { return work_.arrival + step_ * static_cast<int64_t>(slot); }

  double Emits(size_t slot, size_t zone) const {
    const auto intensity = zones_[zone].signal.At(TimeOf(slot));
    return intensity ? (zones_[zone].power * step_ * *intensity).value() : kNever;
  }

  /// Running in that slot and going on as well as can be.
  double RunAt(size_t slot, size_t left, size_t zone) const {
    return slot < slots_ ? Emits(slot, zone) + At(slot + 1, left - 1, zone, State::ran) : kNever;
  }

  Choice Best(size_t slot, size_t left, size_t zone, State state) const {
    Choice best;
    const auto offer = [&](double cost, std::optional<size_t> run_at, size_t where) {
      if (cost < best.cost) {
        best = {cost, run_at, where};
      }
    };
    const double pause = state == State::ran ? 0 : work_.pause_cost.value();
    offer(pause + RunAt(slot, left, zone), slot, zone);
    const size_t arrived = slot + std::min(work_.move_steps, slots_);
    for (size_t other = 0; other < zones_.size(); ++other) {
      if (other != zone) {
        offer(work_.move_cost.value() + RunAt(arrived, left, other), arrived, other);
      }
    }
    if (slot < slots_) {
      offer(At(slot + 1, left, zone, State::stood), std::nullopt, zone);
    }
    return best;
  }

  struct First {
    std::optional<size_t> slot;
    size_t zone = 0;
  };
  First Start() const {
    First first;
    double least = kNever;
    for (size_t slot = 0; slot < slots_; ++slot) {
      for (size_t zone = 0; zone < zones_.size(); ++zone) {
        if (const double cost = RunAt(slot, work_.steps, zone); cost < least) {
          least = cost;
          first = {slot, zone};
        }
      }
    }
    return first;
  }

  void Note(ZonePlan& plan, size_t slot, size_t zone) const {
    plan.emitted += Grams(Emits(slot, zone));
    if (!plan.runs.empty()) {
      ZoneRun& last = plan.runs.back();
      const Time last_end = last.start + step_ * static_cast<int64_t>(last.steps);
      if (last.zone == zone && last_end == TimeOf(slot)) {
        ++last.steps;
        return;
      }
      const bool moved = last.zone != zone;
      ++(moved ? plan.moves : plan.pauses);
      plan.overhead += moved ? work_.move_cost : work_.pause_cost;
    }
    plan.runs.push_back({zone, TimeOf(slot), 1});
  }

  std::span<const OracleZone> zones_;
  const MovableWork& work_;
  Duration step_;
  size_t slots_;
  std::vector<double> costs_;
};

Status Check(std::span<const OracleZone> zones, const MovableWork& work) {
  if (zones.empty()) {
    return Invalid("no zone is given to run in");
  }
  const grid::Series& first = zones.front().signal;
  for (const OracleZone& zone : zones) {
    if (zone.kind != zones.front().kind) {
      return Invalid("signals of different kinds cannot be compared");
    }
    if (zone.signal.step() != first.step() ||
        (zone.signal.start() - first.start()) % first.step() != Duration::zero()) {
      return Invalid("the signals' steps do not begin together: give all on one raster");
    }
  }
  for (const Time time : {work.arrival, work.end}) {
    if ((time - first.start()) % first.step() != Duration::zero()) {
      return Invalid(FormatTime(time) + " is not the start of a step of the signals");
    }
  }
  if (work.steps == 0 || work.end < work.arrival) {
    return Invalid("there is nothing to run, or it ends before it arrives");
  }
  if (work.move_cost < Grams(0) || work.pause_cost < Grams(0)) {
    return Invalid("a move or a pause cannot cost less than 0 g");
  }
  return {};
}

}  // namespace

Result<ZonePlan> CheapestOverZones(std::span<const OracleZone> zones, const MovableWork& work) {
  if (const Status ok = Check(zones, work); !ok) {
    return ok.error();
  }
  if (auto plan = CostsToGo(zones, work).Plan()) {
    return *std::move(plan);
  }
  return Invalid(std::to_string(work.steps) + " steps cannot be run between " +
                 FormatTime(work.arrival) + " and " + FormatTime(work.end) +
                 " while a zone's signal is known");
}

}  // namespace carbon::plan
