// SPDX-License-Identifier: Apache-2.0
#include "plan/shared_room.h"

#include <algorithm>
#include <map>
#include <utility>

#include "plan/fleet_plan.h"

namespace carbon::plan {
namespace {

constexpr Duration kSlot = std::chrono::hours(1);
constexpr size_t kMostSlots = 7 * 24;

Slots SlotsFor(std::span<const WaitingJob> jobs, Time now) {
  Slots slots{.start = FloorTo(now, kSlot), .length = kSlot, .count = 0};
  Time end = now;
  for (const WaitingJob& waiting : jobs) {
    end = std::max(end, std::max(waiting.latest_start, now) + waiting.job->length.mean);
  }
  slots.count = std::min(kMostSlots, static_cast<size_t>((end - slots.start) / kSlot) + 1);
  return slots;
}

Supply SupplyOf(const Slots& slots, const KnownPlace& place, const Room* room, Time now) {
  Supply supply{.g_per_kwh = {}, .cpus = {}};
  for (size_t slot = 0; slot < slots.count; ++slot) {
    const Time from = std::max(slots.TimeOf(slot), now);
    const auto mean = place.outlook->expected.Mean(from, slots.TimeOf(slot + 1));
    supply.g_per_kwh.push_back(mean ? mean->value() : grid::Series::kUnknown);
    double cpus = room == nullptr ? Supply::kUnbounded : room->cpus;
    if (room != nullptr) {
      for (const Room::Taken& taken : room->taken) {
        cpus -= taken.until > from ? taken.cpus : 0;
      }
    }
    supply.cpus.push_back(std::max(cpus, 0.0));
  }
  return supply;
}

/// Names as numbers, in the order in which they are asked for.
class Numbers {
 public:
  /// The number, and whether it is new.
  std::pair<size_t, bool> Of(const std::string& name) {
    const auto [at, added] = numbers_.try_emplace(name, numbers_.size());
    return {at->second, added};
  }

 private:
  std::map<std::string, size_t> numbers_;
};

/// All that is planned at one look.
class Look {
 public:
  Look(std::span<const WaitingJob> jobs, std::span<const Room> rooms, Time now,
       GramsPerHour patience)
      : jobs_(jobs), rooms_(rooms), now_(now), patience_(patience), slots_(SlotsFor(jobs, now)) {
    for (const WaitingJob& waiting : jobs) {
      demands_.push_back(DemandOf(waiting));
    }
    timetable_.emplace(slots_, supplies_, patience);
    bookings_.resize(jobs.size());
  }

  std::vector<std::optional<PlannedStart>> Plan(double min_saving) {
    const bool any_was_told = KeepWhatWasTold();
    PlanTheOthers();
    for (size_t i = 0; i < jobs_.size(); ++i) {
      if (jobs_[i].job->told && bookings_[i]) {
        Reconsider(i);
      }
    }
    if (any_was_told && LeftOut() > 0) {
      PlanTheOthers();  // in what Reconsider() gave back
      PlanAllAnew();
    }
    std::vector<std::optional<PlannedStart>> starts;
    for (size_t i = 0; i < jobs_.size(); ++i) {
      LetGoIfNoWorse(i, min_saving);
      const auto& booking = bookings_[i];
      starts.push_back(
          booking ? std::optional(PlannedStart{booking->place, booking->runs.front().start})
                  : std::nullopt);
    }
    return starts;
  }

 private:
  Demand DemandOf(const WaitingJob& waiting) {
    const Job& job = *waiting.job;
    Demand demand{.places = {},
                  .cpus = job.cpus,
                  .length = job.length.mean,
                  .earliest = now_,
                  .latest_start = std::clamp(waiting.latest_start, now_, slots_.end()),
                  .owner = owners_.Of(job.owner).first,
                  .since = job.since};
    for (const KnownPlace& known : waiting.places) {
      const std::string& region = known.place->region;
      const auto [supply, added] = places_.Of(region);
      if (added) {
        const auto room = std::find_if(rooms_.begin(), rooms_.end(),
                                       [&](const Room& each) { return each.region == region; });
        supplies_.push_back(SupplyOf(slots_, known, room == rooms_.end() ? nullptr : &*room, now_));
      }
      demand.places.push_back({supply, known.place->power});
    }
    return demand;
  }

  void Book(size_t i, std::optional<Booking> booking) {
    if (bookings_[i]) {
      timetable_->GiveBack(demands_[i], *bookings_[i]);
    }
    bookings_[i] = std::move(booking);
    if (bookings_[i]) {
      timetable_->Take(demands_[i], *bookings_[i]);
    }
  }

  /// Whether there is one.
  bool KeepWhatWasTold() {
    for (size_t i = 0; i < jobs_.size(); ++i) {
      const auto& told = jobs_[i].job->told;
      for (size_t place = 0; told && place < jobs_[i].places.size(); ++place) {
        const Time start = std::max(told->start, now_);
        if (jobs_[i].places[place].place->region == told->region &&
            start <= demands_[i].latest_start) {
          Book(i, timetable_->At(demands_[i], place, start));
        }
      }
    }
    return std::any_of(bookings_.begin(), bookings_.end(),
                       [](const auto& booking) { return booking.has_value(); });
  }

  /// Those without a booking, in the room that the others have left.
  void PlanTheOthers() {
    std::vector<size_t> others;
    std::vector<Demand> demands;
    for (size_t i = 0; i < jobs_.size(); ++i) {
      if (!bookings_[i]) {
        others.push_back(i);
        demands.push_back(demands_[i]);
      }
    }
    std::vector<Supply> left = supplies_;
    for (size_t supply = 0; supply < left.size(); ++supply) {
      for (size_t slot = 0; slot < slots_.count; ++slot) {
        left[supply].cpus[slot] = std::max(0.0, timetable_->Free(supply, slot));
      }
    }
    Timetable timetable(slots_, std::move(left), patience_);
    FleetPlan plan = PlanFleet(timetable, demands);
    for (size_t i = 0; i < others.size(); ++i) {
      Book(others[i], std::move(plan.bookings[i]));
    }
  }

  /// How many found no room that would find some alone.
  size_t LeftOut() const {
    size_t count = 0;
    for (size_t i = 0; i < jobs_.size(); ++i) {
      count += !bookings_[i] && timetable_->FindAlone(demands_[i]) ? 1 : 0;
    }
    return count;
  }

  /// As if nobody had been told anything, where that leaves out fewer.
  void PlanAllAnew() {
    const size_t left_out = LeftOut();
    if (left_out == 0) {
      return;
    }
    const auto before = bookings_;
    const auto book_all = [this](std::vector<std::optional<Booking>> bookings) {
      for (size_t i = 0; i < jobs_.size(); ++i) {
        Book(i, std::nullopt);
      }
      for (size_t i = 0; i < jobs_.size(); ++i) {
        Book(i, std::move(bookings[i]));
      }
    };
    book_all(std::vector<std::optional<Booking>>(jobs_.size()));
    PlanTheOthers();
    if (LeftOut() >= left_out) {
      book_all(before);
    }
  }

  void Reconsider(size_t i) {
    const Booking told = *bookings_[i];
    Book(i, std::nullopt);
    auto other = timetable_->Find(demands_[i]);
    const bool better = other && other->cost < told.cost * (1 - kLeastGainOfChange);
    Book(i, better ? std::move(other) : told);
  }

  /// A job is held only where waiting saves enough, or where it has no room now.
  void LetGoIfNoWorse(size_t i, double min_saving) {
    if (!bookings_[i] || bookings_[i]->runs.front().start <= now_) {
      return;
    }
    const Booking planned = *bookings_[i];
    Book(i, std::nullopt);  // its own room does not stand in its way
    std::optional<Booking> best;
    for (size_t place = 0; place < demands_[i].places.size(); ++place) {
      auto at_once = timetable_->At(demands_[i], place, now_);
      if (at_once && (!best || at_once->cost < best->cost)) {
        best = std::move(at_once);
      }
    }
    const bool now = best && planned.cost >= best->cost * (1 - min_saving);
    Book(i, now ? std::move(best) : planned);
  }

  std::span<const WaitingJob> jobs_;
  std::span<const Room> rooms_;
  const Time now_;
  const GramsPerHour patience_;
  const Slots slots_;
  Numbers places_;
  Numbers owners_;
  std::vector<Supply> supplies_;
  std::vector<Demand> demands_;
  std::optional<Timetable> timetable_;
  std::vector<std::optional<Booking>> bookings_;
};

}  // namespace

std::vector<std::optional<PlannedStart>> ShareRoom(std::span<const WaitingJob> jobs,
                                                   std::span<const Room> rooms, Time now,
                                                   GramsPerHour patience, double min_saving) {
  return Look(jobs, rooms, now, patience).Plan(min_saving);
}

}  // namespace carbon::plan
