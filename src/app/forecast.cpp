// SPDX-License-Identifier: Apache-2.0
#include "app/forecast.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/backtest_report.h"
#include "app/cluster_flags.h"
#include "app/look_once.h"
#include "app/outlook_report.h"
#include "app/progress.h"
#include "app/recording_flags.h"
#include "app/signal_flags.h"
#include "app/stop_signals.h"
#include "base/text.h"
#include "grid/backtest.h"
#include "net/clock.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: what is expected of Germany's grid, by Electricity Maps
  carbon-kube forecast --zone DE --token-file ~/em-token

Example: how well five grids could be forecast, July to December 2021
  carbon-kube forecast --backtest --data data
  carbon-kube forecast --backtest --data data --zone DE --output json)";

/// The horizons that are summed up: what a job of today waits for.
constexpr Duration kSummed = std::chrono::hours(24);

struct Options {
  SignalFlags signal;
  RecordingFlags recordings;
  std::vector<std::string> zones;
  bool backtest = false;
  std::string from;
  std::string to;
  std::string horizon = "96h";
  std::string output = "table";
};

Result<std::optional<Time>> OptionalTime(const char* flag, const std::string& text) {
  if (text.empty()) {
    return std::optional<Time>();
  }
  const auto time = ParseTime(text);
  return time ? Result<std::optional<Time>>(std::optional(*time)) : time.error().In(flag);
}

struct Span {
  std::optional<Time> from;
  std::optional<Time> to;
  Duration horizon;
};

Result<Span> ParseSpan(const Options& options) {
  const auto from = OptionalTime("--from", options.from);
  const auto to = OptionalTime("--to", options.to);
  const auto horizon = ParseDuration(options.horizon);
  if (!from || !to) {
    return !from ? from.error() : to.error();
  }
  if (!horizon) {
    return horizon.error().In("--horizon");
  }
  if (*horizon < std::chrono::minutes(5) || *horizon > std::chrono::hours(96)) {
    return Invalid("--horizon: from 5m to 96h, not " + FormatDuration(*horizon));
  }
  return Span{*from, *to, *horizon};
}

Status CheckZones(const std::vector<std::string>& zones,
                  const std::vector<feeds::Recording>& recordings) {
  for (const std::string& zone : zones) {
    const auto is_it = [&](const feeds::Recording& r) { return r.zone.name == zone; };
    if (std::none_of(recordings.begin(), recordings.end(), is_it)) {
      return Invalid("--zone: there is no recording of zone '" + Printable(zone) + "'");
    }
  }
  return {};
}

/// The recordings of the asked zones and kind, in their order.
Result<std::vector<feeds::Recording>> Chosen(const Options& options) {
  auto all = LoadRecordings(options.recordings);
  if (!all) {
    return all.error();
  }
  if (const Status ok = CheckZones(options.zones, *all); !ok) {
    return ok.error();
  }
  const auto unwanted = [&](const feeds::Recording& recording) {
    const auto& zones = options.zones;
    return KindOf(options.recordings) != recording.kind ||
           (!zones.empty() &&
            std::find(zones.begin(), zones.end(), recording.zone.name) == zones.end());
  };
  all->erase(std::remove_if(all->begin(), all->end(), unwanted), all->end());
  return *std::move(all);
}

Result<ZoneBacktest> RunZone(const feeds::Recording& recording, const Span& span,
                             const std::function<void(double)>& progress) {
  const grid::Series& actual = recording.actual;
  const Duration step = actual.step();
  if (step > std::chrono::hours(1) || std::chrono::hours(1) % step != Duration::zero()) {
    return Invalid("zone " + recording.zone.name + ": a step of " + FormatDuration(step) +
                   " does not divide an hour");
  }
  const Time first =
      recording.forecasts.empty() ? actual.start() : recording.forecasts.front().issued_at;
  grid::BacktestRules rules{.blend = {},
                            .from = span.from.value_or(first),
                            .to = std::min(span.to.value_or(actual.end()), actual.end())};
  rules.blend.horizon = std::max(span.horizon, step);
  if (rules.from >= rules.to) {
    return Invalid("zone " + recording.zone.name + ": nothing is recorded from " +
                   FormatTime(rules.from) + " to " + FormatTime(rules.to));
  }
  return ZoneBacktest{
      .zone = recording.zone,
      .kind = recording.kind,
      .step = step,
      .from = rules.from,
      .to = rules.to,
      .summed_steps = static_cast<size_t>(std::min(kSummed, rules.blend.horizon) / step),
      .skills = grid::Backtest(actual, recording.forecasts, rules, progress)};
}

Result<std::vector<ZoneBacktest>> RunBacktest(const Options& options) {
  const auto span = ParseSpan(options);
  if (!span) {
    return span.error();
  }
  const auto recordings = Chosen(options);
  if (!recordings) {
    return recordings.error();
  }
  Progress progress(std::cerr, ::isatty(STDERR_FILENO) != 0, Stopwatch());
  std::vector<ZoneBacktest> zones;
  const auto count = static_cast<double>(recordings->size());
  for (const feeds::Recording& recording : *recordings) {
    const auto done = static_cast<double>(zones.size());
    auto zone = RunZone(recording, *span, [&](double share) {
      progress.Show((done + share) / count, recording.zone.name);
    });
    if (!zone) {
      return zone.error();
    }
    zones.push_back(*std::move(zone));
  }
  return zones;
}

Result<std::string> Backtested(const Options& options) {
  const auto zones = RunBacktest(options);
  if (!zones) {
    return zones.error();
  }
  return options.output == "json" ? BacktestJson(*zones) : BacktestTable(*zones);
}

Result<std::string> Live(const Options& options) {
  const auto span = ParseSpan(options);
  if (!span) {
    return span.error();
  }
  if (options.zones.empty()) {
    return Invalid("of which zone? Give --zone ZONE, or --backtest and recordings");
  }
  const auto clock = ClockOf(options.signal);
  if (!clock) {
    return clock.error();
  }
  auto parts = MakeLookParts(options.signal, **clock);
  if (!parts) {
    return parts.error();
  }
  std::vector<grid::ZoneId> zones;
  for (const std::string& zone : options.zones) {
    zones.push_back({zone});
  }
  StopSignals signals;
  const auto board = LookOnce(*std::move(parts), zones, **clock, signals.token());
  return options.output == "json" ? OutlookJson(zones, *board, span->horizon)
                                  : OutlookTable(zones, *board, span->horizon);
}

Status Run(const Options& options) {
  const auto text = options.backtest ? Backtested(options) : Live(options);
  if (!text) {
    return text.error();
  }
  std::cout << *text << std::flush;
  return std::cout ? Status() : Unavailable("cannot write the result");
}

void Describe(CLI::App& command, Options& options) {
  AddSignalFlags(command, options.signal);
  command.add_flag("--backtest", options.backtest,
                   "replay recorded grids and measure the forecasts that would have been made");
  AddRecordingFlags(command, options.recordings, {"lifecycle", "direct", "marginal"});
  command
      .add_option("--zone", options.zones,
                  "this zone; may be repeated (with --backtest: all that are recorded)")
      ->allow_extra_args(false);
  command.add_option("--from", options.from, "first origin (the first forecast's issue)")
      ->type_name("TIME");
  command.add_option("--to", options.to, "end of what is measured (the recording's)")
      ->type_name("TIME");
  command.add_option("--horizon", options.horizon, "how far ahead, at most 96h")
      ->type_name("DURATION")
      ->capture_default_str();
  command.add_option("-o,--output", options.output, "how to print it")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

}  // namespace

CLI::App* AddForecastCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("forecast", "Forecast the carbon intensity of zones, with bounds");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("forecast", Run(*options)); });
  return command;
}

}  // namespace carbon::app
