// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "feeds/poller.h"
#include "support/fake_clock.h"

namespace carbon::feeds {

inline const Time kMidnight = *ParseTime("2021-08-02T00:00:00Z");

/// What the provider does; shared between the test and the feed on the poller's thread.
class Script {
 public:
  using Respond = std::function<Answer(const std::string& zone, std::stop_token)>;

  void Set(Respond respond) {
    const std::lock_guard lock(mutex_);
    respond_ = std::move(respond);
  }
  Answer Play(const std::string& zone, const grid::ZoneReading* held, Time now,
              std::stop_token stop) {
    Respond respond;
    {
      const std::lock_guard lock(mutex_);
      reads_.emplace_back(zone, now);
      held_[zone] = held != nullptr ? std::optional(held->fetched_at) : std::nullopt;
      respond = respond_;
    }
    return respond(zone, std::move(stop));
  }
  /// When what the last read of `zone` was told of had been fetched.
  std::optional<Time> HeldOf(const std::string& zone) const {
    const std::lock_guard lock(mutex_);
    return held_.at(zone);
  }
  /// Minutes after midnight of all reads of `zone`.
  std::vector<double> Reads(const std::string& zone) const {
    const std::lock_guard lock(mutex_);
    std::vector<double> out;
    for (const auto& [name, at] : reads_) {
      if (name == zone) {
        out.push_back(Hours(at - kMidnight) * 60);
      }
    }
    return out;
  }

 private:
  mutable std::mutex mutex_;
  Respond respond_;
  std::vector<std::pair<std::string, Time>> reads_;
  std::map<std::string, std::optional<Time>> held_;
};

class FakeFeed final : public Feed {
 public:
  FakeFeed(Script& script, const net::Clock& clock) : script_(script), clock_(clock) {}
  std::string_view Name() const override { return "fake"; }
  Answer Read(const grid::ZoneId& zone, const grid::ZoneReading* held,
              std::stop_token stop) override {
    return script_.Play(zone.name, held, clock_.Now(), std::move(stop));
  }

 private:
  Script& script_;
  const net::Clock& clock_;
};

class PollerTest : public testing::Test {
 protected:
  void Make(std::vector<grid::ZoneId> zones, size_t concurrency) {
    readers_ = static_cast<std::ptrdiff_t>(concurrency);
    poller_ = std::make_unique<Poller>(
        std::make_unique<FakeFeed>(script_, clock_), clock_,
        PollerOptions{.zones = std::move(zones),
                      .rules = {},
                      .concurrency = concurrency,
                      .on_update = [this] { ++updates_; },
                      .on_event =
                          [this](const PollEvent& event) {
                            const std::lock_guard lock(mutex_);
                            events_.push_back((event.warning ? "W " : "I ") + event.text);
                          }});
  }

  /// By one reader zones are read in turn, which is what most tests here are about.
  void Start(std::vector<grid::ZoneId> zones, Time at = kMidnight, size_t concurrency = 1) {
    clock_.Advance(at - clock_.Now());
    Make(std::move(zones), concurrency);
    clock_.AwaitIdle(readers_);
  }

  /// Without letting time pass.
  void AwaitZones(size_t count) const {
    while (poller_->Latest()->size() < count) {
      std::this_thread::yield();
    }
  }

  /// Lets `time` pass in steps that hit every minute, each only after the poller came to rest.
  void Pass(Duration time) {
    for (Duration passed{}; passed < time; passed += std::chrono::seconds(30)) {
      clock_.Advance(std::chrono::seconds(30));
      clock_.AwaitIdle(readers_);
    }
  }

  Answer Whole(const std::string& zone) const {
    const Time now = clock_.Now();
    return {.reading = grid::ZoneReading{
                .zone = {zone},
                .kind = {},
                .source = "fake",
                .fetched_at = now,
                .latest = grid::Observation{.at = now, .intensity = GramsPerKwh(100)},
                .forecast = grid::Forecast{
                    now, grid::Series(now, std::chrono::hours(1), std::vector<double>(72, 90.0))}}};
  }

  uint64_t ReadsOfAll() const {
    uint64_t reads = 0;
    for (const auto& [zone, counts] : poller_->Counts()) {
      reads += counts.Reads();
    }
    return reads;
  }

  std::vector<std::string> Events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  net::FakeClock clock_{kMidnight};
  Script script_;
  std::atomic<int> updates_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
  std::ptrdiff_t readers_ = 1;
  std::unique_ptr<Poller> poller_;  // last: it uses the rest
};

inline Answer Fails(Error::Kind kind, const char* message,
                    Failure::Scope scope = Failure::Scope::zone,
                    std::optional<Duration> retry_after = {}) {
  return {.reading = {},
          .failure = Failure{.error = {kind, message}, .scope = scope, .retry_after = retry_after}};
}

}  // namespace carbon::feeds
