// SPDX-License-Identifier: Apache-2.0
#include "app/look_once.h"

#include <iostream>
#include <mutex>
#include <string>
#include <utility>

#include "feeds/grid_watch.h"

namespace carbon::app {
namespace {

constexpr Duration kPatience = std::chrono::seconds(20);
constexpr Duration kPause{20};

/// What the pollers have to complain of, kept until they have come to an end.
class Complaints {
 public:
  void Hear(const feeds::PollEvent& event) {
    const std::lock_guard lock(mutex_);
    if (event.warning) {
      text_ += "warning: " + event.text + "\n";
    }
  }
  std::string Text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace

Result<LookParts> MakeLookParts(const SignalFlags& flags, const net::Clock& clock,
                                const workloads::RegionRows& rows) {
  auto feeds = MakeFeeds(flags, clock, rows);
  if (!feeds) {
    return feeds.error();
  }
  auto weather = MakeWeather(flags, clock);
  if (!weather) {
    return weather.error();
  }
  auto archive = OpenArchive(flags);
  if (!archive) {
    return archive.error();
  }
  return LookParts{.feeds = *std::move(feeds),
                   .archive = *std::move(archive),
                   .weather = *std::move(weather),
                   .watch = WatchOptionsOf(flags)};
}

std::shared_ptr<const grid::Board> LookOnce(LookParts parts, std::vector<grid::ZoneId> zones,
                                            const net::Clock& clock, const std::stop_token& stop) {
  Complaints complaints;
  parts.watch.poller.zones = std::move(zones);
  parts.watch.poller.on_event = [&](const feeds::PollEvent& event) { complaints.Hear(event); };
  feeds::GridWatch watch(std::move(parts.feeds), std::move(parts.archive), clock,
                         std::move(parts.watch), std::move(parts.weather));
  const auto real_clock = net::MakeMonotonicClock();
  const Time give_up = real_clock->Now() + kPatience;
  while (!watch.Asked() && real_clock->Now() < give_up && !stop.stop_requested()) {
    real_clock->SleepUntil(real_clock->Now() + kPause, stop);
  }
  auto board = watch.BoardAt(clock.Now());
  std::cerr << complaints.Text();
  return board;
}

}  // namespace carbon::app
