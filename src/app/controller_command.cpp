// SPDX-License-Identifier: Apache-2.0
#include "app/controller_command.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_flags.h"
#include "app/listen_flags.h"
#include "app/log_flags.h"
#include "app/planning_flags.h"
#include "app/region_flags.h"
#include "app/scores_flags.h"
#include "app/sdk_regions.h"
#include "app/signal_flags.h"
#include "app/stop_signals.h"
#include "base/text.h"
#include "controller/daemon.h"
#include "kube/lease.h"
#include "net/clock.h"
#include "serve/carbon_aware_sdk_server.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: against the current context, with a token of Electricity Maps
  carbon-kube controller --token-file ~/em-token --region us-west-2=US-NW-BPAT

Pods with the label carbon-kube.io/managed=true are held by the scheduling gate
carbon-kube.io/window, which deploy/manifests/gate.yaml adds, until the grid is clean or their
deadline forces them to start. Annotations: carbon-kube.io/deadline (RFC 3339),
carbon-kube.io/expected-duration and carbon-kube.io/max-delay (such as 1h30m).)";

struct Options {
  ClusterFlags cluster;
  SignalFlags signal;
  RegionFlags regions;
  std::string default_max_delay = "6h";
  std::string default_duration = "1h";
  PlanningFlags planning;
  std::vector<std::string> rooms;
  std::string instance;
  bool leader_elect = true;
  std::string lease_namespace{kube::kLeaseNamespace};
  std::string sdk_address;
  std::string scores = kScoresPlace;
  std::string log_level = "info";
};

/// All that was wrong with the flags is told at once.
class Problems {
 public:
  template <typename T>
  T Take(const char* flag, Result<T> result) {
    return Take(result ? std::move(result) : result.error().In(flag));
  }
  /// Of a result whose error names the flag itself.
  template <typename T>
  T Take(Result<T> result) {
    if (result) {
      return *std::move(result);
    }
    text_ += (text_.empty() ? "" : "; ") + result.error().message;
    return T{};
  }
  Status status() const { return text_.empty() ? Status() : Status(Invalid(text_)); }

 private:
  std::string text_;
};

/// Unique among the controllers of a cluster, and in a pod the same after a restart.
std::string ProcessName() {
  std::array<char, 256> host{};
  const bool known = gethostname(host.data(), host.size() - 1) == 0;
  return (known ? std::string(host.data()) : "carbon-kube") + "-" + std::to_string(getpid());
}

/// "REGION=CPUS", each region once.
Result<controller::RoomLimits> ParseRooms(const std::vector<std::string>& texts) {
  controller::RoomLimits limits;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    const auto cpus =
        equals == std::string::npos ? std::nullopt : ParseDouble(text.substr(equals + 1));
    if (equals == 0 || !cpus || *cpus < 0) {
      return Invalid("'" + Printable(text) + "' is not REGION=CPUS, such as us-west-2=400");
    }
    if (!limits.emplace(text.substr(0, equals), *cpus).second) {
      return Invalid("region " + Printable(text.substr(0, equals)) + " is given twice");
    }
  }
  return limits;
}

struct Compiled {
  controller::DaemonOptions daemon;
  std::unique_ptr<net::Clock> clock;
  std::vector<std::unique_ptr<feeds::Feed>> feeds;
  std::unique_ptr<feeds::Feed> weather;
  std::optional<net::ServerOptions> sdk;
};

Result<Compiled> Compile(const Options& options) {
  Problems problems;
  Compiled compiled;
  compiled.clock = problems.Take(ClockOf(options.signal));
  auto& loop = compiled.daemon.loop;
  loop.defaults.max_delay =
      problems.Take("--default-max-delay", ParseDuration(options.default_max_delay));
  loop.defaults.length =
      problems.Take("--default-duration", ParseDuration(options.default_duration));
  loop.planner = problems.Take(ParametersOf(options.planning));
  loop.rooms = problems.Take("--room", ParseRooms(options.rooms));
  auto regions = problems.Take(ParseRegions(options.regions, options.signal.provider.name));
  for (const auto& [region, cpus] : loop.rooms) {
    if (!regions.map.contains(region)) {
      problems.Take("--room", Result<bool>(Invalid("region " + Printable(region) +
                                                   " has no zone: --region REGION=ZONE")));
    }
  }
  compiled.daemon.regions = std::move(regions.map);
  compiled.daemon.instance = options.instance.empty() ? ProcessName() : options.instance;
  if (options.leader_elect) {
    compiled.daemon.lease = kube::LeaseOptions{.name_space = options.lease_namespace,
                                               .name = std::string(kube::kLeaseName),
                                               .holder = compiled.daemon.instance};
  }
  compiled.daemon.signal.watch = WatchOptionsOf(options.signal);
  compiled.daemon.signal.watch.poller.seed = std::random_device()();
  compiled.daemon.signal.scores =
      problems.Take("--scores-configmap", ScoresPlaceOf(options.scores));
  if (!options.sdk_address.empty()) {
    compiled.sdk = problems.Take("--sdk-address", ParseListenAddress(options.sdk_address));
  }
  if (const Status status = problems.status(); !status) {
    return status.error();
  }
  if (loop.defaults.length == Duration::zero()) {
    return Invalid("--default-duration: must be longer than 0s");
  }
  // A wrong setting of a feed shall be told before anything is started.
  auto feeds = MakeFeeds(options.signal, *compiled.clock, regions.rows);
  if (!feeds) {
    return feeds.error();
  }
  compiled.feeds = *std::move(feeds);
  auto weather = MakeWeather(options.signal, *compiled.clock);
  if (!weather) {
    return weather.error();
  }
  compiled.weather = *std::move(weather);
  return compiled;
}

/// Opens the Carbon Aware SDK's API beside the loop. `compiled` outlives what it opens.
controller::ServeGrid SdkServer(const Compiled& compiled) {
  return [options = *compiled.sdk, clock = compiled.clock.get(),
          regions = SdkRegions(compiled.daemon.regions)](const feeds::GridWatch& watch,
                                                         const feeds::BoardChannel& boards) {
    auto server = serve::ServeCarbonAwareSdk(
        options, {.watch = watch, .boards = boards, .clock = *clock}, regions);
    if (!server) {
      return decltype(server)(server.error().In("--sdk-address"));
    }
    spdlog::info("the Carbon Aware SDK's API is served on {}",
                 UrlOf(options.address, (*server)->port()));
    return server;
  };
}

Status Run(const Options& options) {
  auto compiled = Compile(options);
  if (!compiled) {
    return compiled.error();
  }
  StartLog(options.log_level);
  const auto real_clock = net::MakeRealClock();
  const auto cluster = FindCluster(options.cluster, *real_clock);
  if (!cluster) {
    return cluster.error();
  }
  auto archive = OpenArchive(options.signal);
  if (!archive) {
    return archive.error();
  }
  StopSignals signals;
  auto serve_grid = compiled->sdk ? SdkServer(*compiled) : controller::ServeGrid();
  controller::DaemonParts parts{.make_client = cluster->make_client,
                                .signal = {.feeds = std::move(compiled->feeds),
                                           .archive = *std::move(archive),
                                           .weather = std::move(compiled->weather),
                                           .serve_grid = std::move(serve_grid),
                                           .clock = compiled->clock.get(),
                                           .real_clock = real_clock.get()}};
  controller::Daemon daemon(std::move(compiled->daemon), std::move(parts));
  return daemon.Run(signals.token());
}

void DescribeSignal(CLI::App& command, Options& options) {
  AddSignalFlags(command, options.signal);
  AddRegionFlags(command, options.regions);
}

void DescribePlanning(CLI::App& command, Options& options) {
  command
      .add_option("--default-max-delay", options.default_max_delay,
                  "how long a pod without deadline and max-delay may wait")
      ->capture_default_str();
  command
      .add_option("--default-duration", options.default_duration,
                  "how long a pod without expected-duration is taken to run")
      ->capture_default_str();
  AddPlanningFlags(command, options.planning);
  command
      .add_option("--room", options.rooms,
                  "CPUs that managed pods may use at once in a region, so that they do not all "
                  "start in the cleanest hour; may be repeated (as many as they ask for)")
      ->type_name("REGION=CPUS");
}

void Describe(CLI::App& command, Options& options) {
  AddClusterFlags(command, options.cluster, false);
  DescribeSignal(command, options);
  DescribePlanning(command, options);
  command.add_option("--instance", options.instance,
                     "name of this process in events and in the lease; else host and process id");
  command
      .add_option("--leader-elect", options.leader_elect,
                  "act only while holding the lease, so that several controllers may run")
      ->capture_default_str();
  command.add_option("--leader-elect-namespace", options.lease_namespace, "where the lease is")
      ->capture_default_str();
  command
      .add_option("--sdk-address", options.sdk_address,
                  "serve what is known of the zones by the Carbon Aware SDK's web API; answers are "
                  "not encrypted")
      ->type_name("ADDRESS:PORT");
  AddScoresFlag(command, options.scores);
  AddLogFlag(command, options.log_level);
}

}  // namespace

CLI::App* AddControllerCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "controller", "Hold managed pods until the grid is clean, and release them in time");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("controller", Run(*options)); });
  return command;
}

}  // namespace carbon::app
