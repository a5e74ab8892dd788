// SPDX-License-Identifier: Apache-2.0
#include "feeds/grid_watch.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace carbon::feeds {
namespace {

constexpr Duration kPruneEvery = std::chrono::hours(6);

}  // namespace

GridWatch::GridWatch(std::vector<std::unique_ptr<Feed>> feeds, std::unique_ptr<Archive> archive,
                     const net::Clock& clock, GridWatchOptions options,
                     std::unique_ptr<Feed> weather)
    : options_(std::move(options)), archive_(std::move(archive)) {
  assert(!feeds.empty() && feeds.size() <= grid::ZoneRecord::kProviders);
  for (std::unique_ptr<Feed>& feed : feeds) {
    PollerOptions poller = options_.poller;
    poller.zones.clear();
    pollers_.push_back(std::make_unique<Poller>(std::move(feed), clock, std::move(poller)));
  }
  if (weather) {
    PollerOptions poller = options_.poller;
    poller.zones.clear();
    poller.concurrency = 1;
    weather_ = std::make_unique<Poller>(std::move(weather), clock, std::move(poller));
  }
  AddZones(options_.poller.zones);
}

GridWatch::~GridWatch() = default;

void GridWatch::AddZones(const std::vector<grid::ZoneId>& zones) {
  {
    const std::lock_guard lock(mutex_);
    for (const grid::ZoneId& zone : zones) {
      if (records_.count(zone) != 0) {
        continue;
      }
      grid::ZoneRecord record(zone, options_.kind, options_.blend);
      if (const auto mean = options_.yearly.find(zone); mean != options_.yearly.end()) {
        record.SetYearlyMean(mean->second);
      }
      Recall(record);
      records_.emplace(zone, std::move(record));
    }
  }
  for (const auto& poller : pollers_) {
    poller->AddZones(zones);
  }
  if (weather_) {
    weather_->AddZones(zones);
  }
}

void GridWatch::Recall(grid::ZoneRecord& record) {
  const auto take = [&](const grid::ZoneReading& reading, size_t rank) {
    if (rank < pollers_.size()) {
      (void)record.Take(reading, rank);
    }
  };
  const auto take_weather = [&](const grid::Weather& weather) {
    if (weather_) {
      record.TakeWeather(weather);
    }
  };
  if (archive_) {
    SayArchive(archive_->Replay(record.zone(), record.kind(), take, take_weather));
  }
  for (const grid::ZoneReading& reading : options_.remembered) {
    if (reading.zone == record.zone() && record.Last() == nullptr) {
      (void)record.Take(reading);  // refuses another kind
    }
  }
}

std::shared_ptr<const grid::Board> GridWatch::BoardAt(Time now) {
  const std::lock_guard lock(mutex_);
  for (size_t rank = 0; rank < pollers_.size(); ++rank) {
    TakeNews(rank);
  }
  TakeWeather(now);
  Forget(now);
  return std::make_shared<const grid::Board>(grid::Board::Of(records_, now, options_.outlook));
}

grid::Series GridWatch::Observed(const grid::ZoneId& zone, Time from, Time to) const {
  const std::lock_guard lock(mutex_);
  const auto record = records_.find(zone);
  return record == records_.end() ? grid::Series() : record->second.ObservedBetween(from, to);
}

void GridWatch::TakeNews(size_t rank) {
  const auto latest = pollers_[rank]->Latest();
  for (const grid::ZoneReading& reading : *latest) {
    const auto record = records_.find(reading.zone);
    auto& taken = taken_[rank];
    const auto before = taken.find(reading.zone);
    if (record == records_.end() ||
        (before != taken.end() && before->second >= reading.fetched_at)) {
      continue;
    }
    taken.insert_or_assign(reading.zone, reading.fetched_at);
    if (record->second.Take(reading, rank)) {
      Keep(reading, rank);
    }
  }
}

void GridWatch::TakeWeather(Time now) {
  const auto latest = weather_ ? weather_->Latest() : std::make_shared<const Readings>();
  for (const grid::ZoneReading& reading : *latest) {
    const auto record = records_.find(reading.zone);
    Time& taken = weather_taken_[reading.zone];
    if (record == records_.end() || !reading.weather || taken >= reading.fetched_at) {
      continue;
    }
    taken = reading.fetched_at;
    // Told when it is taken: by then the hour may have begun.
    if (const auto weather = grid::WeatherOver(*reading.weather, reading.source, now)) {
      record->second.TakeWeather(*weather);
      if (archive_) {
        SayArchive(archive_->KeepWeather(reading.zone, *weather));
      }
    }
  }
}

void GridWatch::Keep(const grid::ZoneReading& reading, size_t rank) {
  if (archive_) {
    SayArchive(archive_->Keep(reading, rank));
  }
}

void GridWatch::Forget(Time now) {
  if (archive_ && now - pruned_ >= kPruneEvery) {
    pruned_ = now;
    SayArchive(archive_->Prune(now));
  }
}

void GridWatch::SayArchive(const Status& status) {
  archive_failures_ += status ? 0 : 1;
  const bool failing = !status;
  if (failing == std::exchange(archive_failing_, failing) || !options_.poller.on_event) {
    return;
  }
  options_.poller.on_event(
      {.warning = failing,
       .text = failing ? "the grid archive fails, a restart will forget: " + status.error().message
                       : "the grid archive is kept again"});
}

bool GridWatch::Asked() const {
  const auto counts = pollers_.front()->Counts();
  return pollers_.front()->ProviderFailing() ||
         std::all_of(counts.begin(), counts.end(),
                     [](const auto& zone) { return zone.second.Reads() > 0; });
}

std::map<grid::ZoneId, ZoneCounts> GridWatch::Counts(size_t rank) const {
  return pollers_.at(rank)->Counts();
}

std::map<grid::ZoneId, ZoneCounts> GridWatch::WeatherCounts() const {
  return weather_ ? weather_->Counts() : std::map<grid::ZoneId, ZoneCounts>();
}

uint64_t GridWatch::ArchiveFailures() const {
  const std::lock_guard lock(mutex_);
  return archive_failures_;
}

}  // namespace carbon::feeds
