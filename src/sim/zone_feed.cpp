// SPDX-License-Identifier: Apache-2.0
#include "sim/zone_feed.h"

#include <algorithm>
#include <utility>

namespace carbon::sim {
namespace {

/// The end of the outages that hold `time`, or `time`.
Time After(const std::vector<Outage>& outages, Time time) {
  for (const Outage& outage : outages) {
    if (outage.from <= time && time < outage.to) {
      time = outage.to;
    }
  }
  return time;
}

std::vector<Outage> ByBegin(std::vector<Outage> outages) {
  std::sort(outages.begin(), outages.end(),
            [](const Outage& a, const Outage& b) { return a.from < b.from; });
  return outages;
}

}  // namespace

ZoneFeed::ZoneFeed(const grid::Series& signal, const std::vector<grid::Forecast>& forecasts,
                   Time from, std::vector<Outage> signal_outages,
                   std::vector<Outage> forecast_outages)
    : signal_(signal),
      forecasts_(forecasts),
      signal_outages_(ByBegin(std::move(signal_outages))),
      forecast_outages_(std::move(forecast_outages)) {
  forecast_outages_.insert(forecast_outages_.end(), signal_outages_.begin(), signal_outages_.end());
  forecast_outages_ = ByBegin(std::move(forecast_outages_));
  while (step_ < signal_.size() && signal_.TimeOf(step_) < from) {
    ++step_;
  }
  while (forecast_ < forecasts_.size() && forecasts_[forecast_].issued_at < from) {
    ++forecast_;
  }
  SkipUnknown();
}

Time ZoneFeed::HeardAt(Time known, bool is_forecast) const {
  return After(is_forecast ? forecast_outages_ : signal_outages_, known);
}

void ZoneFeed::SkipUnknown() {
  while (step_ < signal_.size() && !signal_.Value(step_)) {
    ++step_;
  }
}

std::optional<Time> ZoneFeed::NextNews() const {
  std::optional<Time> next;
  if (step_ < signal_.size()) {
    next = HeardAt(signal_.TimeOf(step_), false);
  }
  if (forecast_ < forecasts_.size()) {
    const Time heard = HeardAt(forecasts_[forecast_].issued_at, true);
    next = next ? std::min(*next, heard) : heard;
  }
  return next;
}

grid::ZoneReading ZoneFeed::ReadingAt(Time heard, const grid::ZoneRecord& record) {
  grid::ZoneReading reading{.zone = record.zone(),
                            .kind = record.kind(),
                            .source = "recording",
                            .fetched_at = heard,
                            .latest = {},
                            .forecast = {},
                            .history = {}};
  const size_t first = step_;
  for (; step_ < signal_.size() && HeardAt(signal_.TimeOf(step_), false) <= heard; ++step_) {
    if (const auto value = signal_.Value(step_)) {
      reading.latest = grid::Observation{
          .at = signal_.TimeOf(step_), .step = signal_.step(), .intensity = *value};
    }
  }
  if (step_ > first + 1) {
    reading.history = signal_.Between(signal_.TimeOf(first), signal_.TimeOf(step_));
  }
  SkipUnknown();
  for (; forecast_ < forecasts_.size() && HeardAt(forecasts_[forecast_].issued_at, true) <= heard;
       ++forecast_) {
    reading.forecast = forecasts_[forecast_];
  }
  return reading;
}

void ZoneFeed::HearUntil(Time now, grid::ZoneRecord& record) {
  for (auto news = NextNews(); news && *news <= now; news = NextNews()) {
    (void)record.Take(ReadingAt(*news, record));
  }
}

}  // namespace carbon::sim
