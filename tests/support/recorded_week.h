// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "feeds/feeds.h"
#include "feeds/grid_watch.h"
#include "feeds/recordings.h"
#include "grid/board.h"
#include "net/http.h"
#include "support/fake_clock.h"
#include "support/faulty_provider.h"
#include "support/temp_dir.h"

namespace carbon::feeds {

struct WeekOptions {
  Time start;
  Duration length = std::chrono::days(7);
  Time outage_from;  ///< of the first provider
  Duration outage = std::chrono::hours(24);
  Time restart;  ///< the watch is made anew, from its archive
  double fault_share = 0.2;
};

/// What was seen, minute by minute.
struct WeekReport {
  uint64_t looks = 0;            ///< zones times minutes
  uint64_t unknown = 0;          ///< of them
  uint64_t polls = 0;            ///< looks at the end of a poll's period, outside the outage
  uint64_t good_polls = 0;       ///< of them on the rung fresh or cached
  uint64_t older_than_rung = 0;  ///< looks
  uint64_t zeros = 0;            ///< looks that showed 0 now or expected 0, which no recording does
  uint64_t unknown_after_restart = 0;  ///< looks before the new process's first poll
  Duration recovery{};                 ///< from the end of the outage to the first fresh value
  std::map<std::string, uint64_t> rungs;
  std::map<std::string, uint64_t> spoilt;
  uint64_t requests = 0;
  std::string leak;  ///< a log line that holds the token; empty if none does

  double Availability() const {
    return polls > 0 ? static_cast<double>(good_polls) / static_cast<double>(polls) : 0;
  }
};

/// A week of recorded operation on a clock that jumps from minute to minute: real servers, feeds,
/// pollers and archive, five grids.
class RecordedWeek {
 public:
  explicit RecordedWeek(const WeekOptions& options)
      : options_(options),
        clock_(options.start),
        recordings_(*LoadRecordings(*RecordingsBelow("data"))),
        first_(recordings_, clock_, options.fault_share, 20210802),
        second_(recordings_, clock_, options.fault_share, 20210803) {
    first_.Outage(options.outage_from, options.outage_from + options.outage);
    for (const Recording& recording : recordings_) {
      zones_.insert(recording.zone);
    }
  }

  WeekReport Run() {
    Start();
    AwaitFirstPoll();
    const Time end = options_.start + options_.length;
    for (Time now = options_.start; now < end; now += std::chrono::minutes(1)) {
      clock_.AwaitIdle(kSleepers);
      if (now == options_.restart) {
        watch_.reset();
        Start();
        LookAfterRestart(now);
        AwaitFirstPoll();
      }
      Look(now);
      clock_.Advance(std::chrono::minutes(1));
    }
    watch_.reset();
    report_.spoilt = first_.spoilt();
    report_.requests = first_.requests() + second_.requests();
    return report_;
  }

 private:
  static constexpr size_t kConcurrency = 2;
  static constexpr std::ptrdiff_t kSleepers = 2 * kConcurrency;

  std::unique_ptr<Feed> FeedOf(const FaultyProvider& provider) const {
    const FeedSettings settings{.base_url = provider.Url(),
                                .token = "secret-token",
                                .timeout = std::chrono::seconds(2),
                                .requests_per_hour = 1000};
    return *MakeFeed("electricity-maps", settings, [] { return net::MakeHttpClient({}); }, clock_);
  }

  void Start() {
    std::vector<std::unique_ptr<Feed>> feeds;
    feeds.push_back(FeedOf(first_));
    feeds.push_back(FeedOf(second_));
    GridWatchOptions options;
    options.poller = {.zones = {zones_.begin(), zones_.end()},
                      .concurrency = kConcurrency,
                      .on_event = [this](const PollEvent& event) { Listen(event); }};
    watch_ = std::make_unique<GridWatch>(std::move(feeds), *Archive::Open(folder_.Path("grid.db")),
                                         clock_, std::move(options));
  }

  /// The readers slept before they were told of the zones: that sleep is not the end of a poll.
  void AwaitFirstPoll() const {
    while (!watch_->Asked()) {
      std::this_thread::yield();
    }
    clock_.AwaitIdle(kSleepers);
  }

  void Listen(const PollEvent& event) {
    const std::lock_guard lock(mutex_);
    if (event.text.find("secret-token") != std::string::npos) {
      report_.leak = event.text;
    }
  }

  void LookAfterRestart(Time now) {
    const auto board = watch_->BoardAt(now);
    report_.unknown_after_restart += zones_.size() - board->Zones().size();
  }

  bool InOutage(Time now) const {
    return now >= options_.outage_from && now < options_.outage_from + options_.outage;
  }

  void Look(Time now) {
    const auto board = watch_->BoardAt(now);
    const bool poll_ended =
        (now - options_.start) % std::chrono::minutes(5) == Duration(std::chrono::minutes(4));
    for (const grid::ZoneId& zone : zones_) {
      ++report_.looks;
      const grid::Outlook* outlook = board->Find(zone);
      if (outlook == nullptr) {
        ++report_.unknown;
        continue;
      }
      ++report_.rungs[std::string(ToString(outlook->rung))];
      Judge(*outlook, now);
      if (poll_ended && !InOutage(now)) {
        ++report_.polls;
        report_.good_polls += outlook->rung <= grid::Rung::cached ? 1 : 0;
      }
    }
  }

  void Judge(const grid::Outlook& outlook, Time now) {
    const Duration age = now - outlook.fetched_at;
    const bool too_old =
        (outlook.rung == grid::Rung::fresh && age > std::chrono::hours(1)) ||
        (outlook.rung == grid::Rung::cached && age > std::chrono::hours(24)) ||
        (outlook.rung == grid::Rung::second_provider && age > std::chrono::hours(24));
    report_.older_than_rung += too_old ? 1 : 0;
    bool zero = outlook.now.value() <= 0;
    for (size_t i = 0; i < outlook.expected.size(); ++i) {
      const auto value = outlook.expected.Value(i);
      zero = zero || (value && value->value() <= 0);
    }
    report_.zeros += zero ? 1 : 0;
    const Time back = options_.outage_from + options_.outage;
    if (now >= back && outlook.rung == grid::Rung::fresh && report_.recovery == Duration::zero()) {
      report_.recovery = now - back;
    }
  }

  const WeekOptions options_;
  net::FakeClock clock_;
  const TempDir folder_;
  const std::vector<Recording> recordings_;
  std::set<grid::ZoneId> zones_;
  std::mutex mutex_;
  WeekReport report_;
  FaultyProvider first_;
  FaultyProvider second_;
  std::unique_ptr<GridWatch> watch_;
};

}  // namespace carbon::feeds
