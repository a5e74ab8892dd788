// SPDX-License-Identifier: Apache-2.0
#include "app/plan_command.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_flags.h"
#include "app/flexibility_flags.h"
#include "app/look_once.h"
#include "app/manifest.h"
#include "app/plan_flags.h"
#include "app/plan_preview.h"
#include "app/plan_report.h"
#include "app/planning_flags.h"
#include "app/recording_flags.h"
#include "app/signal_flags.h"
#include "app/stop_signals.h"
#include "base/text.h"
#include "feeds/recorded_board.h"
#include "net/clock.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: three hours of work on a recorded grid, on the forecasts of that day
  carbon-kube plan --duration 3h --max-delay 24h --cpu 4 --memory 8Gi \
    --zone DE --zone US-CAL-CISO --data data --at 2021-08-02T06:00Z

Example: what pauses and up to three workers would save; the controller itself starts a job once
and neither pauses nor scales it
  carbon-kube plan --duration 6h --max-delay 24h --pausable --pause-energy 0.05 \
    --pause-delay 5m --max-parallelism 3 --scaling 0.9 --zone DE --data data \
    --at 2021-08-02T06:00Z

Example: what the controller would do with the pods of a manifest on this cluster
  carbon-kube plan -f job.yaml --token-file ~/em-token)";

struct Options {
  std::string manifest;
  JobFlags job;
  FlexibilityFlags flexibility;
  PlanningFlags planning;
  PlaceFlags places;
  SignalFlags signal;
  RecordingFlags recordings;
  std::string at;
  bool ascii = false;
  std::string output = "table";

  bool recorded() const { return !recordings.data.empty() || !recordings.recordings.empty(); }
};

// ---- Now

/// The recordings' time, or the clock's.
struct Present {
  std::unique_ptr<net::Clock> clock;  ///< null: on recordings
  Time now;
};

Result<Present> PresentOf(const Options& options) {
  if (options.recorded() == options.at.empty()) {
    return Invalid(options.recorded()
                       ? "--at: when on the recordings is it? Give --at TIME"
                       : "--at: goes with recordings: --data DIR or --recording ZONE=ACTUAL");
  }
  if (options.recorded()) {
    const auto at = ParseTime(options.at);
    return at ? Result<Present>(Present{.clock = nullptr, .now = *at}) : at.error().In("--at");
  }
  auto clock = ClockOf(options.signal);
  if (!clock) {
    return clock.error();
  }
  const Time now = (*clock)->Now();
  return Present{.clock = *std::move(clock), .now = now};
}

// ---- What is planned

/// When the pod was made, on the present's calendar. On recordings everything arrives now.
Time ArrivalOf(const workloads::PodView& pod, const Present& present) {
  const bool exists = pod.created != Time{} && present.clock != nullptr;
  return exists ? present.clock->FromReal(pod.created) : present.now;
}

Result<std::vector<PlanRequest>> RequestsOf(const Options& options, const Present& present) {
  std::vector<PlanRequest> requests;
  if (options.manifest.empty()) {
    if (options.job.duration.empty()) {
      return Invalid("which job? Give --duration, or --filename with a manifest");
    }
    auto pod = PodOf(options.job, present.now);
    if (!pod) {
      return pod.error();
    }
    requests.push_back({.job = "job", .pod = *std::move(pod), .arrival = present.now});
    return requests;
  }
  auto pods = ReadManifest(options.manifest);
  if (!pods) {
    return pods.error();
  }
  for (ManifestPod& read : *pods) {
    const Time arrival = ArrivalOf(read.pod, present);
    requests.push_back({.job = read.pod.id(),
                        .pod = std::move(read.pod),
                        .arrival = arrival,
                        .places = {},
                        .managed = read.managed,
                        .flexibility = {}});
  }
  return requests;
}

/// Where each may run; who names the places means them for every pod.
std::vector<grid::ZoneId> Place(std::vector<PlanRequest>& requests, workloads::Fleet& fleet,
                                const PlaceFlags& flags) {
  std::set<grid::ZoneId> zones;
  for (PlanRequest& request : requests) {
    if (flags.Given()) {
      request.pod.selection = {};
    }
    request.places = fleet.PlacesFor(request.pod);
    for (const plan::Place& place : request.places) {
      zones.insert(place.zone);
    }
  }
  return {zones.begin(), zones.end()};
}

// ---- What is known of the grid

/// `zones` ascend.
Result<std::shared_ptr<const grid::Board>> RecordedBoardOf(const Options& options,
                                                           const std::vector<grid::ZoneId>& zones,
                                                           Time now) {
  auto recordings = LoadRecordings(options.recordings);
  if (!recordings) {
    return recordings.error();
  }
  std::erase_if(*recordings, [&](const feeds::Recording& recording) {
    return recording.kind != KindOf(options.recordings) ||
           !std::binary_search(zones.begin(), zones.end(), recording.zone);
  });
  return feeds::RecordedBoard(*recordings, now);
}

// ---- The result

/// Whether the locale is one of Unicode, by the variable that decides.
bool HasUnicode() {
  std::string locale;
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (locale.empty() && value != nullptr) {
      locale = value;
    }
  }
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

ChartStyle StyleOf(const Options& options) {
  ChartStyle style{.width = 80, .blocks = !options.ascii && HasUnicode()};
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.width = size.ws_col;
  }
  return style;
}

/// A pod whose annotations cannot be read is started at once: that is what its plan says, and it is
/// its writer's mistake all the same.
Status CheckAnnotations(const std::vector<PlanPreview>& previews) {
  for (const PlanPreview& preview : previews) {
    const plan::Reason& reason = preview.decision.reason;
    if (reason.cause == plan::Cause::bad_request) {
      return Invalid(preview.job + ": " + reason.note);
    }
  }
  return {};
}

Result<std::vector<PlanPreview>> Previews(const Options& options) {
  const auto parameters = ParametersOf(options.planning);
  if (!parameters) {
    return parameters.error();
  }
  const auto flexibility = FlexibilityOf(options.flexibility);
  if (!flexibility) {
    return flexibility.error();
  }
  auto present = PresentOf(options);
  if (!present) {
    return present.error();
  }
  auto requests = RequestsOf(options, *present);
  if (!requests) {
    return requests.error();
  }
  const auto tables = TablesOf(options.places, options.signal.provider.name);
  if (!tables) {
    return tables.error();
  }
  std::optional<LookParts> parts;
  if (present->clock) {
    // A wrong setting of a provider is told before the cluster is asked.
    auto made = MakeLookParts(options.signal, *present->clock, tables->rows);
    if (!made) {
      return made.error();
    }
    parts = *std::move(made);
  }
  StopSignals signals;
  const auto real_clock = net::MakeRealClock();
  auto fleet = FleetOf(options.places, tables->map, *real_clock, signals.token());
  if (!fleet) {
    return fleet.error();
  }
  const auto zones = Place(*requests, *fleet, options.places);
  const auto board = parts ? LookOnce(*std::move(parts), zones, *present->clock, signals.token())
                           : RecordedBoardOf(options, zones, present->now);
  if (!board) {
    return board.error();
  }
  std::vector<PlanPreview> previews;
  for (PlanRequest& request : *requests) {
    request.flexibility = *flexibility;
    previews.push_back(PreviewPlan(request, *board, *parameters));
  }
  return previews;
}

Status Run(const Options& options) {
  const auto previews = Previews(options);
  if (!previews) {
    return previews.error();
  }
  std::cout << (options.output == "json" ? PlanJson(*previews)
                                         : PlanTable(*previews, StyleOf(options)))
            << std::flush;
  return std::cout ? CheckAnnotations(*previews) : Unavailable("cannot write the result");
}

void Describe(CLI::App& command, Options& options) {
  auto* manifest = command
                       .add_option("-f,--filename", options.manifest,
                                   "manifest of Pods and Jobs, in YAML or JSON; - for stdin")
                       ->type_name("FILE");
  AddJobFlags(command, options.job, manifest);
  AddFlexibilityFlags(command, options.flexibility);
  AddPlanningFlags(command, options.planning);
  AddPlaceFlags(command, options.places);
  AddSignalFlags(command, options.signal);
  AddRecordingFlags(command, options.recordings, {"lifecycle", "direct", "marginal"});
  command
      .add_option("--at", options.at,
                  "plan as of this time on the recordings of --data or --recording")
      ->type_name("TIME");
  command.add_flag("--ascii", options.ascii,
                   "draw the chart in digits, as in a locale without UTF-8");
  command.add_option("-o,--output", options.output, "how to print it")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

}  // namespace

CLI::App* AddPlanCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("plan", "Show when and where a job would run, and what that saves");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("plan", Run(*options)); });
  return command;
}

}  // namespace carbon::app
