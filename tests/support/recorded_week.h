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
#include "feeds/recorded_grid.h"
#include "feeds/recordings.h"
#include "grid/board.h"
#include "net/http.h"
#include "net/http_server.h"
#include "support/fake_clock.h"
#include "support/gzip.h"
#include "support/temp_dir.h"

namespace carbon::feeds {

/// A way in which a provider's answer goes wrong.
struct Fault {
  const char* name;
  std::function<net::HttpResponse(net::HttpResponse)> spoil;  ///< gets the good answer
};

inline net::HttpResponse Answered(int status, std::string body,
                                  std::map<std::string, std::string> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

/// The number of the body's first carbonIntensity becomes `text`.
inline net::HttpResponse WithIntensity(net::HttpResponse good, const std::string& text) {
  constexpr std::string_view kKey = "\"carbonIntensity\":";
  const size_t at = good.body.find(kKey);
  if (at != std::string::npos) {
    const size_t from = at + kKey.size();
    good.body.replace(from, good.body.find_first_of(",}", from) - from, text);
  }
  return good;
}

inline net::HttpResponse Replacing(net::HttpResponse good, const std::string& what,
                                   const std::string& with) {
  for (size_t at = good.body.find(what); at != std::string::npos;
       at = good.body.find(what, at + with.size())) {
    good.body.replace(at, what.size(), with);
  }
  return good;
}

inline const std::vector<Fault>& Faults() {
  using R = net::HttpResponse;
  static const std::vector<Fault> faults = {
      {"500", [](const R&) { return Answered(500, R"({"error":"internal"})"); }},
      {"502 in HTML", [](const R&) { return Answered(502, "<html>Bad Gateway</html>"); }},
      {"503", [](const R&) { return Answered(503, "", {{"retry-after", "60"}}); }},
      {"404",
       [](const R&) { return Answered(404, R"({"error":"No recent data for zone \"DE\""})"); }},
      {"401 for the zone",
       [](const R&) {
         return Answered(401, R"({"error":"Request unauthorized for zoneKey=DE,secret-token"})");
       }},
      {"401 for the token",
       [](const R&) { return Answered(401, R"({"error":"Invalid auth-token"})"); }},
      {"429", [](const R&) { return Answered(429, "", {{"retry-after", "30"}}); }},
      {"HTML with 200", [](const R&) { return Answered(200, "<html>Welcome</html>"); }},
      {"empty", [](const R&) { return Answered(200, ""); }},
      {"truncated",
       [](R good) { return Answered(200, good.body.substr(0, good.body.size() / 2)); }},
      {"null", [](R good) { return WithIntensity(std::move(good), "null"); }},
      {"NaN", [](R good) { return WithIntensity(std::move(good), "NaN"); }},
      {"1e308", [](R good) { return WithIntensity(std::move(good), "1e308"); }},
      {"negative", [](R good) { return WithIntensity(std::move(good), "-5"); }},
      {"a text", [](R good) { return WithIntensity(std::move(good), "\"100\""); }},
      {"another zone",
       [](R good) { return Replacing(std::move(good), "\"zone\":\"", "\"zone\":\"X-"); }},
      {"another kind", [](R good) { return Replacing(std::move(good), "lifecycle", "direct"); }},
      {"a redirection",
       [](const R&) { return Answered(302, "", {{"location", "http://127.0.0.1:1/"}}); }},
      {"a gzip bomb",
       [](const R&) {
         return Answered(200, Gzip(std::string(size_t{8} << 20, ' ')),
                         {{"content-encoding", "gzip"}});
       }},
  };
  return faults;
}

/// A recorded grid behind a real server, a part of whose answers is spoilt, all of them during an
/// outage.
class FaultyProvider {
 public:
  FaultyProvider(const std::vector<Recording>& recordings, const net::Clock& clock, double share,
                 uint32_t seed)
      : grid_(recordings, "secret-token"), clock_(clock), share_(share), random_(seed) {
    auto server =
        net::HttpServer::Start({}, [this](const auto& request) { return Answer(request); });
    server_ = *std::move(server);
  }

  void Outage(Time from, Time to) { outage_ = {from, to}; }
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/v3"; }
  std::map<std::string, uint64_t> spoilt() const {
    const std::lock_guard lock(mutex_);
    return spoilt_;
  }
  uint64_t requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  net::HttpResponse Answer(const net::ServerRequest& request) {
    const Time now = clock_.Now();
    const std::lock_guard lock(mutex_);
    ++requests_;
    if (now >= outage_.first && now < outage_.second) {
      return Answered(503, "down for a day");
    }
    net::HttpResponse good = grid_.Answer(request, now);
    if (std::uniform_real_distribution<double>()(random_) >= share_) {
      return good;
    }
    const Fault& fault = Faults()[random_() % Faults().size()];
    ++spoilt_[fault.name];
    return fault.spoil(std::move(good));
  }

  const RecordedGrid grid_;
  const net::Clock& clock_;
  const double share_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::mt19937 random_;
  std::pair<Time, Time> outage_{};
  std::map<std::string, uint64_t> spoilt_;
  uint64_t requests_ = 0;
  std::unique_ptr<net::HttpServer> server_;  ///< last: it calls back
};

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
    const FeedSettings settings{
        .base_url = provider.Url(), .token = "secret-token", .requests_per_hour = 1000};
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
