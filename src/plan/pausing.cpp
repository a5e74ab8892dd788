// SPDX-License-Identifier: Apache-2.0
#include "plan/pausing.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "plan/offer.h"

namespace carbon::plan {
namespace {

using std::chrono::minutes;

/// States of the plan with pauses, a byte each.
constexpr int64_t kMostStates = 8'000'000;

/// How many slots hold it.
int64_t SlotsFor(Duration length, Duration slot) { return (length + slot - Duration(1)) / slot; }

/// What is known of a signal, by slot.
class SlotSignal {
 public:
  SlotSignal(const grid::Series& signal, const PausableWork& work) : signal_(signal), work_(work) {
    slots_.length = PauseSlot(work);
    slots_.start = FloorTo(work.earliest, slots_.length);
    slots_.count = static_cast<size_t>(SlotsFor(work.end - slots_.start, slots_.length));
    intensity_.resize(slots_.count);
    sums_.resize(slots_.count + 1);
    clear_.resize(slots_.count);
    for (size_t i = slots_.count; i-- > 0;) {
      const auto mean = MeanOf(i);
      intensity_[i] = mean ? mean->value() : 0;
      clear_[i] = mean ? 1 + (i + 1 < slots_.count ? clear_[i + 1] : 0) : 0;
    }
    for (size_t i = 0; i < slots_.count; ++i) {
      sums_[i + 1] = sums_[i] + intensity_[i];
    }
    if (!work.pause.IsFree()) {
      PricePauses();
    }
  }
  SlotSignal(const SlotSignal&) = delete;
  SlotSignal& operator=(const SlotSignal&) = delete;

  Offer Offered() const {
    const double hours = Hours(slots_.length);
    Offer offer{.slots = slots_,
                .intensity = intensity_,
                .intensity_sums = sums_,
                .price_sums = {},
                .clear = clear_,
                .kwh_per_slot = (work_.power * slots_.length).value(),
                .wait_per_slot = work_.wait_per_hour.value() * hours,
                .length = work_.length,
                .earliest = work_.earliest,
                .latest_start = work_.end - work_.length,
                .per_pause = {},
                .pause = {}};
    offer.pause = {.stop = stop_,
                   .resume = resume_,
                   .shortest = static_cast<size_t>(
                       std::max<int64_t>(1, SlotsFor(work_.pause.delay, slots_.length)))};
    return offer;
  }

 private:
  /// Of what of the slot may be used.
  std::optional<GramsPerKwh> MeanOf(size_t slot) const {
    return signal_.Mean(std::max(slots_.TimeOf(slot), work_.earliest),
                        std::min(slots_.TimeOf(slot + 1), work_.end));
  }

  /// As plan::Arrange prices them.
  void PricePauses() {
    constexpr double kNever = std::numeric_limits<double>::infinity();
    stop_.resize(slots_.count);
    resume_.resize(slots_.count);
    for (size_t i = 0; i < slots_.count; ++i) {
      const Time at = slots_.TimeOf(i);
      const auto before = signal_.At(at - Duration(1));
      stop_[i] = before ? (work_.pause.energy * *before).value() : kNever;
      const auto redo = signal_.Mean(at - work_.pause.delay, at);
      const Grams grams = work_.power * work_.pause.delay * redo.value_or(GramsPerKwh(0));
      resume_[i] = redo || work_.pause.delay == Duration::zero() ? grams.value() : kNever;
    }
  }

  const grid::Series& signal_;
  const PausableWork& work_;
  Slots slots_;
  std::vector<double> intensity_;
  std::vector<double> sums_;
  std::vector<uint32_t> clear_;
  std::vector<double> stop_;
  std::vector<double> resume_;
};

}  // namespace

Duration PauseSlot(const PausableWork& work) {
  constexpr std::array<Duration, 7> kSlots = {minutes(5),  minutes(10),  minutes(15), minutes(30),
                                              minutes(60), minutes(120), minutes(240)};
  for (const Duration slot : kSlots) {
    const int64_t states = (SlotsFor(work.end - work.earliest, slot) + 1) *
                           (SlotsFor(work.length, slot) + 1) *
                           (SlotsFor(work.pause.delay, slot) + 2);
    if (states <= kMostStates) {
      return slot;
    }
  }
  return kSlots.back();
}

std::optional<Schedule> CheapestWithPauses(const grid::Series& signal, const PausableWork& work) {
  PausableWork known = work;
  known.end = std::min(work.end, signal.end());
  if (known.earliest + known.length + work.pause.delay > known.end) {
    return std::nullopt;
  }
  auto found = FindCheapestPieces(SlotSignal(signal, known).Offered());
  return found ? std::optional(std::move(found->runs)) : std::nullopt;
}

}  // namespace carbon::plan
