// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_sweep.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "app/parallel.h"
#include "plan/policies.h"
#include "sim/foresight.h"
#include "sim/simulate.h"
#include "sim/sweep.h"

namespace carbon::app {
namespace {

constexpr size_t kMostForesight = size_t{2} << 30;  ///< bytes

using Policies = std::vector<const plan::Policy*>;

/// Run-now, the oracle, and the others that are asked for: the first two are what others are
/// measured by, whoever asks for them.
Policies PoliciesOf(const SimulatePlan& plan) {
  Policies policies = {plan::kPolicies.data(), plan::FindPolicy(plan::kOracle)};
  for (const plan::Policy* const policy : plan.policies) {
    if (std::find(policies.begin(), policies.end(), policy) == policies.end()) {
      policies.push_back(policy);
    }
  }
  return policies;
}

bool NeedsForesight(const Policies& policies) {
  return std::any_of(policies.begin(), policies.end(),
                     [](const auto* policy) { return plan::PlansByForecast(policy->sight); });
}

Result<sim::Scenario> PrepareWindow(const SimulatePlan& plan, const ZoneSignal& signal,
                                    size_t window) {
  sim::Setting setting = plan.setting;
  setting.start += plan.every * static_cast<int64_t>(window);
  return plan.rules->prepare(plan.trace.jobs, signal.series, setting);
}

/// A window of a zone. Its jobs are there from the first policy that wants them to the last.
class Window {
 public:
  Window(const SimulatePlan& plan, const ZoneSignal& signal, size_t number, size_t policies)
      : plan_(plan), signal_(signal), number_(number), to_come_(policies) {}

  const Result<sim::Scenario>& Enter(const std::shared_ptr<const sim::Foresight>& foresight) {
    const std::scoped_lock lock(mutex_);
    if (!scenario_) {
      scenario_.emplace(PrepareWindow(plan_, signal_, number_));
      if (*scenario_) {
        (*scenario_)->foresight = foresight;
        submitted = (*scenario_)->submitted;
        unknown = (*scenario_)->unknown;
        rejected = (*scenario_)->rejected;
      }
    }
    return *scenario_;
  }
  void Leave() {
    const std::scoped_lock lock(mutex_);
    if (--to_come_ == 0) {
      scenario_.reset();
    }
  }

  size_t submitted = 0;
  size_t unknown = 0;
  size_t rejected = 0;

 private:
  const SimulatePlan& plan_;
  const ZoneSignal& signal_;
  size_t number_;
  std::mutex mutex_;
  std::optional<Result<sim::Scenario>> scenario_;
  size_t to_come_;
};

/// The policies in all windows of one zone.
class ZoneSweep {
 public:
  /// Parts of `progress` from `first_part` on are this zone's; see PartsOf(). `runs` may be null.
  ZoneSweep(const SimulatePlan& plan, const ZoneSignal& signal, SharedProgress& progress,
            size_t first_part, RunsCsv* runs)
      : plan_(plan),
        signal_(signal),
        progress_(progress),
        first_part_(first_part),
        runs_(runs),
        policies_(PoliciesOf(plan)),
        replays_(plan.windows * policies_.size()) {
    for (size_t i = 0; i < plan.windows; ++i) {
      windows_.push_back(std::make_unique<Window>(plan, signal, i, policies_.size()));
    }
  }

  /// A replay is one, and so is what is learnt of forecasts for a window.
  static size_t PartsOf(const SimulatePlan& plan) {
    const Policies policies = PoliciesOf(plan);
    return plan.windows * (policies.size() + (NeedsForesight(policies) ? 1 : 0));
  }

  Result<ZoneReport> Run() {
    if (NeedsForesight(policies_)) {
      if (const Status learnt = LearnForecasts(); !learnt) {
        return learnt.error().In("zone " + signal_.zone);
      }
    }
    ForEachIndex(replays_.size(), runs_ == nullptr ? SIZE_MAX : 1,
                 [this](size_t part) { Replay(part); });
    if (first_failed_ < replays_.size()) {
      return replays_[first_failed_]->error();
    }
    return Report();
  }

 private:
  Status LearnForecasts() {
    Time end = plan_.setting.start;
    for (size_t i = 0; i < plan_.windows; ++i) {
      const auto scenario = PrepareWindow(plan_, signal_, i);
      if (!scenario) {
        return scenario.error();
      }
      end = std::max(end, scenario->End());
    }
    const Time start = plan_.setting.start;
    if (const size_t size = sim::Foresight::Size(signal_.series.step(), start, end);
        size > kMostForesight) {
      return Invalid("what is expected from " + FormatTime(start) + " to " + FormatTime(end) +
                     " at each step of " + FormatDuration(signal_.series.step()) + " takes " +
                     std::to_string(size >> 20) +
                     " MiB, more than 2048: fewer --windows, or longer steps");
    }
    foresight_ = std::make_shared<const sim::Foresight>(
        sim::Foresight::Of(signal_.series, signal_.forecasts, start, end, {},
                           [&](double share) { ShowLearning(share); }));
    ShowLearning(1);
    return {};
  }

  void ShowLearning(double share) {
    for (size_t i = 0; i < plan_.windows; ++i) {
      progress_.Show(first_part_ + replays_.size() + i, share, signal_.zone + " forecasts");
    }
  }

  void Replay(size_t part) {
    if (part > first_failed_) {
      return;
    }
    const size_t window = part / policies_.size();
    const plan::Policy& policy = *policies_[part % policies_.size()];
    const auto show = [&](double share) {
      progress_.Show(first_part_ + part, share, signal_.zone + " " + std::string(policy.name));
    };
    const auto& scenario = windows_[window]->Enter(foresight_);
    if (scenario) {
      replays_[part] =
          sim::Simulate(*scenario, policy, plan_.per_cpu, show, OnDoneOf(window, policy));
    } else {
      replays_[part] = scenario.error().In("zone " + signal_.zone);
    }
    windows_[window]->Leave();
    if (!*replays_[part]) {
      for (size_t first = first_failed_;
           part < first && !first_failed_.compare_exchange_weak(first, part);) {
      }
    }
    show(1);
  }

  sim::OnDone OnDoneOf(size_t window, const plan::Policy& policy) const {
    const bool asked_for =
        std::find(plan_.policies.begin(), plan_.policies.end(), &policy) != plan_.policies.end();
    if (runs_ == nullptr || !asked_for) {
      return {};
    }
    return [this, window, &policy](const sim::JobRun& run) {
      runs_->Add(JobRow(plan_.trace, signal_.zone, window + 1, policy.name, run));
    };
  }

  /// By window.
  std::vector<sim::Outcome> OutcomesOf(const plan::Policy* policy) const {
    const auto index = static_cast<size_t>(std::find(policies_.begin(), policies_.end(), policy) -
                                           policies_.begin());
    std::vector<sim::Outcome> outcomes;
    for (size_t window = 0; window < plan_.windows; ++window) {
      outcomes.push_back(**replays_[window * policies_.size() + index]);
    }
    return outcomes;
  }

  ZoneReport Report() const {
    ZoneReport report{.zone = signal_.zone, .run_now = {}, .oracle = {}, .policies = {}};
    for (const auto& window : windows_) {
      report.submitted += window->submitted;
      report.unknown += window->unknown;
      report.rejected += window->rejected;
    }
    std::vector<Grams> run_now;
    for (const sim::Outcome& outcome : OutcomesOf(policies_[0])) {
      run_now.push_back(outcome.emitted);
    }
    for (const plan::Policy* const policy : plan_.policies) {
      report.policies.push_back(sim::Sweep(OutcomesOf(policy), run_now));
    }
    report.run_now = sim::Sweep(OutcomesOf(policies_[0]), run_now).together.emitted;
    report.oracle = sim::Sweep(OutcomesOf(policies_[1]), run_now).together.emitted;
    return report;
  }

  const SimulatePlan& plan_;
  const ZoneSignal& signal_;
  SharedProgress& progress_;
  size_t first_part_;
  RunsCsv* runs_;
  Policies policies_;
  std::vector<std::unique_ptr<Window>> windows_;
  std::vector<std::optional<Result<sim::Outcome>>> replays_;  ///< by window, then by policy
  std::atomic<size_t> first_failed_ = SIZE_MAX;
  std::shared_ptr<const sim::Foresight> foresight_;
};

}  // namespace

Result<std::vector<ZoneReport>> SweepZones(const SimulatePlan& plan, Progress& progress,
                                           RunsCsv* runs) {
  const size_t parts = ZoneSweep::PartsOf(plan);
  SharedProgress shared(progress, parts * plan.signals.size());
  std::vector<ZoneReport> reports;
  for (size_t i = 0; i < plan.signals.size(); ++i) {
    auto report = ZoneSweep(plan, plan.signals[i], shared, i * parts, runs).Run();
    if (!report) {
      return report.error();
    }
    reports.push_back(*std::move(report));
  }
  return reports;
}

}  // namespace carbon::app
