// SPDX-License-Identifier: Apache-2.0
#include "feeds/poller.h"

#include <algorithm>
#include <utility>

namespace carbon::feeds {
namespace {

constexpr Duration kKeepPartsFor = std::chrono::hours(24);

std::vector<grid::ZoneId> SortedOnce(std::vector<grid::ZoneId> zones) {
  std::sort(zones.begin(), zones.end());
  zones.erase(std::unique(zones.begin(), zones.end()), zones.end());
  return zones;
}

bool OfProvider(const Answer& answer) {
  return answer.failure && answer.failure->scope == Failure::Scope::provider;
}

/// "in 5m", rounded up to seconds: nobody reads milliseconds.
std::string In(Duration wait) {
  return "in " + FormatDuration(std::chrono::ceil<std::chrono::seconds>(wait));
}

}  // namespace

Poller::Poller(std::unique_ptr<Feed> feed, const net::Clock& clock, PollerOptions options)
    : feed_(std::move(feed)),
      clock_(clock),
      options_(std::move(options)),
      names_(SortedOnce(options_.zones)),
      schedule_(names_.size(), options_.rules, options_.seed),
      zones_(names_.size()),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Poller::~Poller() = default;

std::shared_ptr<const Readings> Poller::Latest() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

std::map<grid::ZoneId, ZoneCounts> Poller::Counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Poller::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    ReadDue(stop);
    clock_.SleepUntil(schedule_.NextDue(clock_.Now()), stop);
  }
}

void Poller::ReadDue(const std::stop_token& stop) {
  bool news = false;
  for (const size_t index : schedule_.Due(clock_.Now())) {
    if (stop.stop_requested() || schedule_.Paused(clock_.Now())) {
      break;
    }
    // Zones in trouble come last and may take their time: what came before them is not held up.
    if (news && schedule_.Failing(index)) {
      Publish();
      news = false;
    }
    news = ReadZone(index, stop) || news;
  }
  if (news) {
    Publish();
  }
}

bool Poller::ReadZone(size_t index, const std::stop_token& stop) {
  const auto& held = zones_[index].reading;
  Answer answer = feed_->Read(names_[index], held ? &*held : nullptr, stop);
  if (stop.stop_requested()) {
    return false;
  }
  const Time now = clock_.Now();
  schedule_.Record(index, answer, now);
  Count(index, answer);
  Tell(index, answer, now);
  if (!answer.reading) {
    return false;
  }
  Keep(zones_[index], *std::move(answer.reading));
  return true;
}

void Poller::Keep(Zone& zone, grid::ZoneReading fresh) const {
  const Time now = fresh.fetched_at;
  if (fresh.latest) {
    zone.latest_came = now;
  } else if (zone.reading && now - zone.latest_came <= kKeepPartsFor) {
    fresh.latest = zone.reading->latest;
  }
  if (fresh.forecast) {
    zone.forecast_came = now;
  } else if (zone.reading && zone.reading->forecast && now - zone.forecast_came <= kKeepPartsFor &&
             now < zone.reading->forecast->series.end()) {
    fresh.forecast = std::move(zone.reading->forecast);
  }
  zone.reading = std::move(fresh);
}

void Poller::Count(size_t index, const Answer& answer) {
  const std::lock_guard lock(mutex_);
  ZoneCounts& counts = counts_[names_[index]];
  if (answer.NothingDue()) {
    ++counts.unchanged;
    return;
  }
  ++(!answer.reading ? counts.failed : answer.failure ? counts.partial : counts.complete);
  if (answer.reading) {
    counts.last_reading = answer.reading->fetched_at;
  }
  counts.last_error = answer.failure ? answer.failure->error.message : "";
  if (answer.failure) {
    ++counts.errors[answer.failure->error.kind];
  }
}

void Poller::Tell(size_t index, const Answer& answer, Time now) {
  if (answer.NothingDue()) {
    return;
  }
  TellOfProvider(answer, now);
  if (OfProvider(answer) && !answer.reading) {
    return;  // the zone is not to blame
  }
  Health health = Health::complete;
  if (answer.failure) {
    const bool denied = answer.failure->error.kind == Error::Kind::denied;
    health = answer.reading ? Health::partial : denied ? Health::denied : Health::failing;
  }
  Zone& zone = zones_[index];
  const Health before = std::exchange(zone.health, health);
  if (health == before) {
    return;
  }
  const std::string name = "zone " + names_[index].name;
  if (health == Health::complete) {
    if (before != Health::unread) {
      Emit(false, name + ": complete readings come again");
    }
  } else if (health == Health::partial) {
    Emit(true, name + ": only a part of the reading came: " + answer.failure->error.message);
  } else {
    const std::string last = zone.reading
                                 ? "the last good reading is " +
                                       FormatDuration(std::chrono::floor<std::chrono::seconds>(
                                           now - zone.reading->fetched_at)) +
                                       " old"
                                 : "there is no earlier reading";
    Emit(true, name + ": " + answer.failure->error.message + "; " + last + ", trying again " +
                   In(schedule_.DueAt(index) - now));
  }
}

void Poller::TellOfProvider(const Answer& answer, Time now) {
  const bool failing = OfProvider(answer);
  if (failing == std::exchange(provider_failing_, failing)) {
    return;
  }
  const std::string name(feed_->Name());
  if (failing) {
    Emit(true, name + ": " + answer.failure->error.message + "; all zones wait, trying again " +
                   In(schedule_.NextDue(now) - now));
  } else {
    Emit(false, name + ": answers again");
  }
}

void Poller::Emit(bool warning, std::string text) const {
  if (options_.on_event) {
    options_.on_event({warning, std::move(text)});
  }
}

void Poller::Publish() {
  Readings readings;
  readings.reserve(zones_.size());
  for (const Zone& zone : zones_) {
    if (zone.reading) {
      readings.push_back(*zone.reading);
    }
  }
  auto published = std::make_shared<const Readings>(std::move(readings));
  {
    const std::lock_guard lock(mutex_);
    published_ = std::move(published);
  }
  if (options_.on_update) {
    options_.on_update();
  }
}

}  // namespace carbon::feeds
