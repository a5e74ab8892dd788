// SPDX-License-Identifier: Apache-2.0
#include "feeds/poller.h"

#include <algorithm>
#include <utility>

namespace carbon::feeds {
namespace {

constexpr Duration kKeepPartsFor = std::chrono::hours(24);

bool OfProvider(const Answer& answer) {
  return answer.failure && answer.failure->scope == Failure::Scope::provider;
}

/// "in 5m", rounded up to seconds: nobody reads milliseconds.
std::string In(Duration wait) {
  return "in " + FormatDuration(std::chrono::ceil<std::chrono::seconds>(wait));
}

std::string Age(const grid::ZoneReading* reading, Time now) {
  if (reading == nullptr) {
    return "there is no earlier reading";
  }
  const auto age = std::chrono::floor<std::chrono::seconds>(now - reading->fetched_at);
  return "the last good reading is " + FormatDuration(age) + " old";
}

/// A forecast that was over when it came tells nothing: taken out, so that it displaces none that
/// still does.
void RefusePastForecast(Answer& answer) {
  if (!answer.reading || !answer.reading->forecast) {
    return;
  }
  grid::ZoneReading& reading = *answer.reading;
  const Time end = reading.forecast->series.end();
  if (end > reading.fetched_at) {
    return;
  }
  reading.forecast.reset();
  if (!answer.failure) {
    answer.failure = Failure{.error = Unavailable("the forecast ended at " + FormatTime(end))};
  }
  if (!reading.latest && !reading.history && !reading.weather) {
    answer.reading.reset();
  }
}

/// Whether `fresh` observed the present worse than `held` did.
bool ObservedEarlier(const grid::ZoneReading& fresh, const grid::ZoneReading& held) {
  return fresh.latest && held.latest && held.latest->at <= fresh.fetched_at &&
         fresh.latest->at < held.latest->at;
}

}  // namespace

Poller::Poller(std::unique_ptr<Feed> feed, const net::Clock& clock, PollerOptions options)
    : feed_(std::move(feed)),
      clock_(clock),
      options_(std::move(options)),
      schedule_(options_.rules, options_.seed) {
  Add(options_.zones);
  for (size_t i = 0; i < std::max<size_t>(options_.concurrency, 1); ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

Poller::~Poller() {
  stop_.request_stop();
  Wake();
}

void Poller::AddZones(const std::vector<grid::ZoneId>& zones) {
  {
    const std::lock_guard lock(mutex_);
    Add(zones);
  }
  Wake();
}

std::shared_ptr<const Readings> Poller::Latest() const {
  const std::lock_guard lock(mutex_);
  if (std::exchange(outdated_, false)) {
    Readings readings;
    readings.reserve(zones_.size());
    for (const auto& [id, number] : numbers_) {
      if (zones_[number].reading) {
        readings.push_back(*zones_[number].reading);
      }
    }
    published_ = std::make_shared<const Readings>(std::move(readings));
  }
  return published_;
}

std::map<grid::ZoneId, ZoneCounts> Poller::Counts() const {
  const std::lock_guard lock(mutex_);
  std::map<grid::ZoneId, ZoneCounts> counts;
  for (const Zone& zone : zones_) {
    counts.emplace(zone.id, zone.counts);
  }
  return counts;
}

bool Poller::ProviderFailing() const {
  const std::lock_guard lock(mutex_);
  return provider_failing_;
}

void Poller::Work() {
  while (!stop_.stop_requested()) {
    std::unique_lock lock(mutex_);
    const Time now = clock_.Now();
    const auto number = schedule_.Take(now);
    if (!number) {
      const Time next = schedule_.NextDue(now);
      const std::stop_token wake = wake_.get_token();
      lock.unlock();
      clock_.SleepUntil(next, wake);
      continue;
    }
    const grid::ZoneId id = zones_[*number].id;
    const auto held = zones_[*number].reading;
    lock.unlock();
    Answer answer = feed_->Read(id, held.get(), stop_.get_token());
    if (!stop_.stop_requested()) {
      Finish(*number, std::move(answer));
    }
  }
}

void Poller::Finish(size_t number, Answer answer) {
  RefusePastForecast(answer);
  {
    const std::lock_guard lock(mutex_);
    const Time now = clock_.Now();
    schedule_.Record(number, answer, now);
    Count(zones_[number].counts, answer);
    Tell(number, answer, now);
    if (answer.reading) {
      Keep(zones_[number], *std::move(answer.reading));
    }
  }
  Wake();
  Speak();
}

void Poller::Speak() {
  const std::lock_guard one_at_a_time(speaking_);
  std::vector<PollEvent> events;
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    events = std::exchange(unsaid_, {});
    news = std::exchange(news_, false);
  }
  for (const PollEvent& event : events) {
    if (options_.on_event) {
      options_.on_event(event);
    }
  }
  if (news && options_.on_update) {
    options_.on_update();
  }
}

void Poller::Wake() {
  std::stop_source sleepers;
  {
    const std::lock_guard lock(mutex_);
    // Once stopped, nobody falls asleep again.
    sleepers = stop_.stop_requested() ? wake_ : std::exchange(wake_, std::stop_source());
  }
  sleepers.request_stop();
}

void Poller::Add(const std::vector<grid::ZoneId>& zones) {
  for (const grid::ZoneId& zone : zones) {
    if (numbers_.emplace(zone, zones_.size()).second) {
      zones_.push_back({.id = zone});
      schedule_.Add();
    }
  }
}

void Poller::Keep(Zone& zone, grid::ZoneReading fresh) {
  const Time now = fresh.fetched_at;
  const grid::ZoneReading* held = zone.reading.get();
  if (fresh.latest && (held == nullptr || !ObservedEarlier(fresh, *held))) {
    zone.latest_came = now;
  } else if (held != nullptr && now - zone.latest_came <= kKeepPartsFor) {
    fresh.latest = held->latest;
    if (!fresh.history) {
      fresh.history = held->history;
    }
  }
  if (fresh.forecast) {
    zone.forecast_came = now;
  } else if (held != nullptr && held->forecast && now - zone.forecast_came <= kKeepPartsFor &&
             now < held->forecast->series.end()) {
    fresh.forecast = held->forecast;
  }
  zone.reading = std::make_shared<const grid::ZoneReading>(std::move(fresh));
  outdated_ = true;
  news_ = true;
}

void Poller::Count(ZoneCounts& counts, const Answer& answer) {
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

void Poller::Tell(size_t number, const Answer& answer, Time now) {
  TellOfProvider(answer, now);
  if (answer.NothingDue() || (OfProvider(answer) && !answer.reading)) {
    return;  // the zone has no part in it
  }
  Health health = Health::complete;
  if (answer.failure) {
    const bool denied = answer.failure->error.kind == Error::Kind::denied;
    health = answer.reading ? Health::partial : denied ? Health::denied : Health::failing;
  }
  Zone& zone = zones_[number];
  const Health before = std::exchange(zone.health, health);
  if (health == before) {
    return;
  }
  const std::string name = "zone " + zone.id.name;
  if (health == Health::complete) {
    if (before != Health::unread) {
      Emit(false, name + ": complete readings come again");
    }
  } else if (health == Health::partial) {
    Emit(true, name + ": only a part of the reading came: " + answer.failure->error.message);
  } else {
    Emit(true, name + ": " + answer.failure->error.message + "; " + Age(zone.reading.get(), now) +
                   ", trying again " + In(schedule_.DueAt(number) - now));
  }
}

void Poller::TellOfProvider(const Answer& answer, Time now) {
  const bool failing = schedule_.ProviderFailing();
  if (failing == std::exchange(provider_failing_, failing)) {
    return;
  }
  const std::string name(feed_->Name());
  if (failing) {
    Emit(true, name + ": " + answer.failure->error.message + "; all zones wait, trying again " +
                   In(schedule_.PausedUntil() - now));
  } else {
    Emit(false, name + ": answers again");
  }
}

void Poller::Emit(bool warning, std::string text) { unsaid_.push_back({warning, std::move(text)}); }

}  // namespace carbon::feeds
