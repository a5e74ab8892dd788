// SPDX-License-Identifier: Apache-2.0
#include "app/replay_grid.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_flags.h"
#include "app/listen_flags.h"
#include "app/recording_flags.h"
#include "app/stop_signals.h"
#include "app/token_file.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "feeds/recorded_grid.h"
#include "net/clock.h"
#include "net/http_server.h"
#include "workloads/regions.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: the grids of five zones from 1 August 2021 on, an hour in five seconds
  carbon-kube replay-grid --data data --start 2021-08-01T00:00:00Z --speed 720 --port 8085
  curl 'http://127.0.0.1:8085/v3/carbon-intensity/latest?zone=DE')";

struct Options {
  RecordingFlags recordings;
  std::string clock;
  std::string start;
  std::string speed = "1";
  ListenFlags listen;
  std::string token_file;
};

/// The --clock flag that says what --start and --speed say, from this moment on.
Result<std::string> ClockSpec(const Options& options) {
  if (!options.clock.empty()) {
    return options.clock;
  }
  if (options.start.empty()) {
    return Invalid("when does the replay start? Give --start TIME or --clock SPEC");
  }
  const auto start = ParseTime(options.start);
  if (!start) {
    return start.error().In("--start");
  }
  const auto speed = ParseDouble(options.speed);
  if (!speed || *speed <= 0) {
    return Invalid("--speed: '" + Printable(options.speed) + "' is not a number above 0");
  }
  return FormatTime(*start) + "@" + FormatTime(net::MakeRealClock()->Now()) + "x" + options.speed;
}

Status Run(const Options& options) {
  const auto listen = ServerOptionsOf(options.listen);
  if (!listen) {
    return listen.error();
  }
  auto token = ReadTokenFile("--token-file", options.token_file);
  if (!token) {
    return token.error();
  }
  auto recordings = LoadRecordings(options.recordings);
  if (!recordings) {
    return recordings.error();
  }
  const auto spec = ClockSpec(options);
  if (!spec) {
    return spec.error();
  }
  const auto clock = net::ParseClock(*spec);
  if (!clock) {
    return clock.error().In("--clock");
  }
  const feeds::RecordedGrid grid(*std::move(recordings), *std::move(token),
                                 workloads::DataCenters(workloads::BuiltInRegions()));
  StopSignals signals;
  const auto server = net::HttpServer::Start(*listen, [&](const net::ServerRequest& request) {
    return grid.Answer(request, (*clock)->Now());
  });
  if (!server) {
    return server.error();
  }
  const uint16_t port = (*server)->port();
  if (const Status told = TellPort(options.listen, port); !told) {
    return told;
  }
  std::cout << "serving " << grid.Zones().size()
            << (grid.Zones().size() == 1 ? " zone on " : " zones on ")
            << UrlOf(options.listen.address, port) << "\nclock " << *spec << std::endl;
  signals.Await();
  return {};
}

void Describe(CLI::App& command, Options& options) {
  AddRecordingFlags(command, options.recordings, {"lifecycle", "direct"});
  auto* clock =
      command.add_option("--clock", options.clock,
                         "the grid's time, as other commands are given it: ORIGIN@REALxSPEED");
  command.add_option("--start", options.start, "the grid's time now, such as 2021-08-01T00:00:00Z")
      ->type_name("TIME")
      ->excludes(clock);
  command.add_option("--speed", options.speed, "seconds of the grid per second")
      ->type_name("NUMBER")
      ->excludes(clock)
      ->capture_default_str();
  AddListenFlags(command, options.listen);
  command
      .add_option("--token-file", options.token_file,
                  "refuse requests that do not bring the token in FILE's first line; without it "
                  "any request is answered")
      ->type_name("FILE");
}

}  // namespace

CLI::App* AddReplayGridCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "replay-grid", "Serve recorded grids as Electricity Maps would have at the time");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("replay-grid", Run(*options)); });
  return command;
}

}  // namespace carbon::app
