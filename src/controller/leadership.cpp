// SPDX-License-Identifier: Apache-2.0
#include "controller/leadership.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

namespace carbon::controller {

Leadership::Leadership(kube::LeaseOptions options, kube::ClientFactory make_client,
                       const net::Clock& real_clock, std::function<void()> on_change)
    : options_(std::move(options)),
      make_client_(std::move(make_client)),
      real_clock_(real_clock),
      on_change_(std::move(on_change)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

bool Leadership::Held() const {
  const std::lock_guard lock(mutex_);
  return held_ && real_clock_.Now() < trusted_until_;
}

void Leadership::Run(const std::stop_token& stop) {
  const auto client = make_client_(stop);
  kube::Lease lease(options_, *client, real_clock_);
  bool failing = false;
  while (!stop.stop_requested()) {
    const Time before = real_clock_.Now();  // from then on at the latest the lease is ours
    const auto step = lease.Step();
    if (step) {
      failing = false;
      Note(*step, lease.holder(), before + options_.deadline);
    } else if (!failing && !stop.stop_requested()) {
      failing = true;
      spdlog::warn("lease: {}", step.error().message);
    }
    real_clock_.SleepUntil(real_clock_.Now() + options_.retry, stop);
  }
  if (Held()) {
    LetGo();
  }
}

void Leadership::LetGo() const {
  constexpr Duration kPatience = std::chrono::seconds(2);
  // The client of the loop ends its calls at the stop; this one ends them a little later.
  std::stop_source give_up;
  const std::jthread timer([&](const std::stop_token& done) {
    real_clock_.SleepUntil(real_clock_.Now() + kPatience, done);
    give_up.request_stop();
  });
  const auto client = make_client_(give_up.get_token());
  kube::Lease lease(options_, *client, real_clock_);
  if (const Status done = lease.Release(); !done) {
    spdlog::warn("lease: {}", done.error().message);
  }
}

void Leadership::Note(bool held, const std::string& holder, Time trusted_until) {
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    changed = held != held_;
    held_ = held;
    trusted_until_ = trusted_until;
  }
  if (changed || !told_) {
    told_ = true;
    spdlog::info("{} leads{}", holder, held ? ": this controller acts" : "; standing by");
    on_change_();
  }
}

}  // namespace carbon::controller
