// SPDX-License-Identifier: Apache-2.0
#include "results.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "ledger/footprint.h"
#include "plan/best_start.h"

namespace carbon::demo {
namespace {

const grid::Series* SignalOf(const ActualSignals& signals, const std::string& region) {
  const auto found = signals.find(region);
  return found == signals.end() ? nullptr : &found->second;
}

std::optional<Grams> OracleGrams(const DemoJob& job, const std::vector<plan::Place>& places,
                                 const ActualSignals& signals) {
  std::optional<Grams> least;
  for (const plan::Place& place : places) {
    const grid::Series* signal = SignalOf(signals, place.region);
    const auto best = signal == nullptr
                          ? std::nullopt
                          : plan::BestStart(*signal, job.arrival, job.latest_start(), job.length);
    if (best) {
      const Grams grams = place.power * job.length * best->mean;
      least = least ? std::min(*least, grams) : grams;
    }
  }
  return least;
}

std::optional<Grams> RunNowGrams(const DemoJob& job, const std::vector<plan::Place>& places,
                                 const ActualSignals& signals) {
  Grams sum;
  for (const plan::Place& place : places) {
    const grid::Series* signal = SignalOf(signals, place.region);
    const auto grams = signal == nullptr
                           ? std::nullopt
                           : ledger::RunNowFootprint(*signal, job.arrival, job.length, place.power);
    if (!grams) {
      return std::nullopt;
    }
    sum += *grams;
  }
  return places.empty() ? std::nullopt : std::optional(sum / static_cast<double>(places.size()));
}

/// Collects the jobs of one group.
class Group {
 public:
  explicit Group(std::string name) { result_.name = std::move(name); }

  void Add(const JobRecord& record, const std::optional<JobGrams>& grams) {
    const auto& [job, run, places] = record;
    if (!run.finished || *run.finished > job.deadline) {
      ++result_.deadlines_missed;
    }
    if (!run.started || !run.finished) {
      return;
    }
    ++result_.jobs;
    waits_.push_back(std::max(0.0, Hours(*run.started - job.arrival)));
    if (grams) {
      result_.actual += grams->actual;
      result_.run_now += grams->run_now;
      result_.oracle += grams->oracle;
    }
  }

  GroupResult Finish() {
    std::sort(waits_.begin(), waits_.end());
    double sum = 0;
    for (const double wait : waits_) {
      sum += wait;
    }
    if (!waits_.empty()) {
      result_.mean_wait_hours = sum / static_cast<double>(waits_.size());
      const auto rank = static_cast<size_t>(
          std::ceil(0.95 * static_cast<double>(waits_.size())));  // nearest-rank percentile
      result_.p95_wait_hours = waits_[rank - 1];
    }
    return result_;
  }

 private:
  GroupResult result_;
  std::vector<double> waits_;
};

std::string Cell(std::string text, size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string MaybeTime(const std::optional<Time>& time) { return time ? FormatTime(*time) : ""; }

}  // namespace

std::optional<double> GroupResult::OracleShare() const {
  const Grams possible = run_now - oracle;
  return possible > Grams(0) ? std::optional((run_now - actual) / possible) : std::nullopt;
}

std::optional<JobGrams> CountGrams(const DemoJob& job, const JobRun& run,
                                   const std::vector<plan::Place>& places,
                                   const ActualSignals& signals) {
  const auto place = std::find_if(places.begin(), places.end(), [&](const plan::Place& candidate) {
    return candidate.region == run.region;
  });
  const grid::Series* signal = SignalOf(signals, run.region);
  if (!run.started || place == places.end() || signal == nullptr) {
    return std::nullopt;
  }
  const auto actual =
      ledger::Footprint(*signal, {*run.started, *run.started + job.length}, place->power);
  const auto run_now = RunNowGrams(job, places, signals);
  const auto oracle = OracleGrams(job, places, signals);
  if (!actual || !run_now || !oracle) {
    return std::nullopt;
  }
  return JobGrams{*actual, *run_now, *oracle};
}

std::vector<GroupResult> Summarise(const std::vector<JobRecord>& records,
                                   const ActualSignals& signals) {
  Group bound("time-only");
  Group free("time-and-place");
  Group all("all");
  for (const JobRecord& record : records) {
    const auto grams = CountGrams(record.job, record.run, record.places, signals);
    (record.job.bound() ? bound : free).Add(record, grams);
    all.Add(record, grams);
  }
  return {bound.Finish(), free.Finish(), all.Finish()};
}

std::string RenderTable(const std::vector<GroupResult>& groups) {
  std::string out =
      "  group             jobs    grams  run-now   oracle   saved  of oracle's  mean wait  "
      "p95 wait  missed\n";
  for (const GroupResult& group : groups) {
    const auto share = group.OracleShare();
    const double saved =
        group.run_now > Grams(0) ? 100 * ((group.run_now - group.actual) / group.run_now) : 0;
    out += "  " + group.name + std::string(16 - std::min<size_t>(16, group.name.size()), ' ') +
           Cell(std::to_string(group.jobs), 6) + Cell(Fixed(group.actual.value(), 1), 9) +
           Cell(Fixed(group.run_now.value(), 1), 9) + Cell(Fixed(group.oracle.value(), 1), 9) +
           Cell(Fixed(saved, 1) + " %", 8) + Cell(share ? Fixed(100 * *share, 1) + " %" : "-", 13) +
           Cell(Fixed(group.mean_wait_hours, 1) + " h", 11) +
           Cell(Fixed(group.p95_wait_hours, 1) + " h", 10) +
           Cell(std::to_string(group.deadlines_missed), 8) + "\n";
  }
  return out;
}

std::string JobsCsv(const std::vector<JobRecord>& records, const ActualSignals& signals) {
  std::string out =
      "job,group,arrival,length_s,cpus,deadline,region,started,finished,grams,grams_run_now,"
      "grams_oracle\n";
  for (const JobRecord& record : records) {
    const auto& [job, run, places] = record;
    const auto grams = CountGrams(job, run, places, signals);
    const auto cell = [&](Grams JobGrams::* field) {
      return grams ? Fixed(((*grams).*field).value(), 4) : std::string();
    };
    out += job.name + "," + (job.bound() ? "time-only" : "time-and-place") + "," +
           FormatTime(job.arrival) + "," + std::to_string(job.length.count() / 1000) + "," +
           Fixed(job.cpus, 2) + "," + FormatTime(job.deadline) + "," + run.region + "," +
           MaybeTime(run.started) + "," + MaybeTime(run.finished) + "," + cell(&JobGrams::actual) +
           "," + cell(&JobGrams::run_now) + "," + cell(&JobGrams::oracle) + "\n";
  }
  return out;
}

}  // namespace carbon::demo
