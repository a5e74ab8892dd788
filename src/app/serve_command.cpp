// SPDX-License-Identifier: Apache-2.0
#include "app/serve_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_flags.h"
#include "app/listen_flags.h"
#include "app/look_once.h"
#include "app/region_flags.h"
#include "app/sdk_regions.h"
#include "app/signal_flags.h"
#include "app/stop_signals.h"
#include "base/text.h"
#include "controller/wakeup.h"
#include "feeds/board_channel.h"
#include "feeds/grid_watch.h"
#include "net/clock.h"
#include "serve/carbon_aware_sdk_server.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: two zones and the region of a cloud, for tools that know the Carbon Aware SDK
  carbon-kube serve --zone DE --zone FR --location us-west-1 --token-file ~/em-token
  curl 'http://127.0.0.1:8080/emissions/forecasts/current?location=us-west-1&windowSize=60')";

/// Real time that the first answers may take before the port is opened without them.
constexpr Duration kPatience = std::chrono::seconds(10);
/// A board is made anew once in this time of the signals' calendar, within these real times.
constexpr Duration kRenew = std::chrono::minutes(1);
constexpr Duration kLeastPause{100};
constexpr Duration kLongestPause = std::chrono::seconds(5);

struct Options {
  SignalFlags signal;
  std::vector<std::string> zones;
  std::vector<std::string> locations;
  RegionFlags regions;
  ListenFlags listen{.address = "127.0.0.1", .port = 8080, .port_file = {}};
};

Result<std::vector<grid::ZoneId>> ZonesOf(const Options& options, const serve::Regions& regions) {
  std::set<grid::ZoneId> zones;
  for (const std::string& zone : options.zones) {
    zones.insert({zone});
  }
  for (const std::string& location : options.locations) {
    const auto region = regions.find(location);
    if (region == regions.end()) {
      return Invalid("--location: no grid zone is known for region '" + Printable(location) +
                     "'; name it with --region REGION=ZONE");
    }
    zones.insert(region->second);
  }
  if (zones.empty()) {
    return Invalid("what shall be served? Give --zone ZONE or --location REGION");
  }
  return std::vector<grid::ZoneId>(zones.begin(), zones.end());
}

/// "2 zones on http://127.0.0.1:8080", and each zone with its regions.
std::string Announcement(const std::vector<grid::ZoneId>& zones, const serve::Regions& regions,
                         const std::string& url) {
  std::string text = "serving " + std::to_string(zones.size()) +
                     (zones.size() == 1 ? " zone on " : " zones on ") + url + "\n";
  for (const grid::ZoneId& zone : zones) {
    text += "zone " + zone.name;
    for (const auto& [region, lies_in] : regions) {
      text += lies_in == zone ? " " + region : "";
    }
    text += "\n";
  }
  return text;
}

/// Makes boards, the first when every zone has been asked for or the patience is at an end.
class Publisher {
 public:
  Publisher(feeds::GridWatch& watch, controller::Wakeup& news, const net::Clock& clock)
      : watch_(watch), news_(news), clock_(clock) {}

  const feeds::BoardChannel& Boards() const { return boards_; }

  void First(const std::stop_token& stop) {
    const auto real_clock = net::MakeMonotonicClock();
    const Time give_up = real_clock->Now() + kPatience;
    while (!watch_.Asked() && real_clock->Now() < give_up && !stop.stop_requested()) {
      news_.Wait(kLeastPause, stop);
    }
    Publish();
  }

  void GoOn(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      news_.Wait(std::clamp(clock_.Real(kRenew), kLeastPause, kLongestPause), stop);
      Publish();
    }
  }

 private:
  void Publish() { boards_.Publish(watch_.BoardAt(clock_.Now())); }

  feeds::GridWatch& watch_;
  controller::Wakeup& news_;
  const net::Clock& clock_;
  feeds::BoardChannel boards_;
};

/// What polls the zones, tells of news and says on stderr what goes wrong.
std::unique_ptr<feeds::GridWatch> Watch(LookParts parts, std::vector<grid::ZoneId> zones,
                                        controller::Wakeup& news, const net::Clock& clock) {
  parts.watch.poller.zones = std::move(zones);
  parts.watch.poller.on_update = [&news] { news.Wake(); };
  parts.watch.poller.on_event = [](const feeds::PollEvent& event) {
    std::cerr << (event.warning ? "warning: " : "") + event.text + "\n";
  };
  return std::make_unique<feeds::GridWatch>(std::move(parts.feeds), std::move(parts.archive), clock,
                                            std::move(parts.watch), std::move(parts.weather));
}

Status Run(const Options& options) {
  const auto listen = ServerOptionsOf(options.listen);
  if (!listen) {
    return listen.error();
  }
  const auto clock = ClockOf(options.signal);
  if (!clock) {
    return clock.error();
  }
  const auto tables = ParseRegions(options.regions, options.signal.provider.name);
  if (!tables) {
    return tables.error();
  }
  const serve::Regions regions = SdkRegions(tables->map);
  const auto zones = ZonesOf(options, regions);
  if (!zones) {
    return zones.error();
  }
  auto parts = MakeLookParts(options.signal, **clock, tables->rows);
  if (!parts) {
    return parts.error();
  }
  StopSignals signals;
  controller::Wakeup news;
  const auto watch = Watch(*std::move(parts), *zones, news, **clock);
  Publisher publisher(*watch, news, **clock);
  publisher.First(signals.token());
  const auto server = serve::ServeCarbonAwareSdk(
      *listen, {.watch = *watch, .boards = publisher.Boards(), .clock = **clock}, regions);
  if (!server) {
    return server.error();
  }
  const uint16_t port = (*server)->port();
  if (const Status told = TellPort(options.listen, port); !told) {
    return told;
  }
  std::cout << Announcement(*zones, regions, UrlOf(options.listen.address, port)) << std::flush;
  publisher.GoOn(signals.token());
  return {};
}

void Describe(CLI::App& command, Options& options) {
  command.add_option("--zone", options.zones, "serve this zone; may be repeated")
      ->type_name("ZONE")
      ->allow_extra_args(false);
  command
      .add_option("--location", options.locations,
                  "serve the zone of this cloud region; may be repeated")
      ->type_name("REGION")
      ->allow_extra_args(false);
  AddSignalFlags(command, options.signal);
  AddRegionFlags(command, options.regions);
  AddListenFlags(command, options.listen);
}

}  // namespace

CLI::App* AddServeCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("serve", "Serve what is known of zones by the Carbon Aware SDK's web API");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("serve", Run(*options)); });
  return command;
}

}  // namespace carbon::app
