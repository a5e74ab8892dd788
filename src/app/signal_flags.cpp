// SPDX-License-Identifier: Apache-2.0
#include "app/signal_flags.h"

#include <utility>

#include "app/token_file.h"
#include "feeds/feeds.h"
#include "feeds/nws_weather.h"
#include "feeds/renamed_feed.h"
#include "feeds/yearly.h"
#include "net/http.h"
#include "net/pace.h"

namespace carbon::app {
namespace {

Result<std::unique_ptr<feeds::Feed>> MakeFeed(const ProviderFlags& provider, const char* token_flag,
                                              grid::SignalKind kind, const net::Clock& clock) {
  const auto token = ReadTokenFile(token_flag, provider.token_file);
  if (!token) {
    return token.error();
  }
  feeds::FeedSettings settings;
  settings.base_url = provider.url;
  settings.token = *token;
  settings.kind = kind;
  settings.requests_per_hour = provider.requests_per_hour;
  const auto make_client = [] { return net::MakeHttpClient({}); };
  return feeds::MakeFeed(provider.name, settings, make_client, clock);
}

/// What the stand-in calls the first provider's zones. Files are called as whoever fills the folder
/// likes: as the other provider's zones, as long as nothing else is said.
Result<feeds::ZoneDictionary> DictionaryOf(const SignalFlags& flags,
                                           const workloads::RegionRows& rows) {
  const std::string& first = flags.provider.name;
  const std::string& second = flags.stand_in.name;
  feeds::ZoneDictionary dictionary;
  if (first != second && first != "file" && second != "file") {
    dictionary = {.names = workloads::TranslateZones(rows, first, second),
                  .others = feeds::ZoneDictionary::Others::absent};
  }
  for (const std::string& assignment : flags.stand_in_zones) {
    if (const Status ok = workloads::OverrideZoneName(dictionary.names, assignment); !ok) {
      return ok.error().In("--stand-in-zone");
    }
  }
  return dictionary;
}

void AddWeatherFlags(CLI::App& command, SignalFlags& flags) {
  command
      .add_option("--weather-point", flags.weather_points,
                  "a point in the United States whose weather stands for the zone's, in degrees "
                  "north and east; may be repeated; without any the weather is not asked for")
      ->type_name("ZONE=LAT,LON")
      ->allow_extra_args(false);
  command
      .add_option("--weather-url", flags.weather_url, "where the National Weather Service's API is")
      ->type_name("URL")
      ->capture_default_str();
}

/// Who may be asked, a line each.
std::string Known() {
  std::string text = "who tells the carbon intensity:";
  for (const feeds::Provider& provider : feeds::Providers()) {
    text += "\n" + std::string(provider.name) + ": " + std::string(provider.summary);
  }
  return text;
}

}  // namespace

void AddSignalFlags(CLI::App& command, SignalFlags& flags) {
  command.add_option("--provider", flags.provider.name, Known())->capture_default_str();
  command
      .add_option("--provider-url", flags.provider.url,
                  "where the provider is, if not at its own address; `carbon-kube replay-grid` "
                  "can stand in for it")
      ->type_name("URL");
  command.add_option("--token-file", flags.provider.token_file, "file with the provider's token")
      ->type_name("FILE");
  command
      .add_option("--provider-requests-per-hour", flags.provider.requests_per_hour,
                  "most requests to the provider, of all zones together; 0: as the provider allows")
      ->type_name("N")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  command
      .add_option("--stand-in", flags.stand_in.name,
                  "another provider of the same signal, for when the first has nothing left to say")
      ->type_name("NAME");
  command.add_option("--stand-in-url", flags.stand_in.url, "where it is")->type_name("URL");
  command.add_option("--stand-in-token-file", flags.stand_in.token_file, "file with its token")
      ->type_name("FILE");
  command
      .add_option("--stand-in-zone", flags.stand_in_zones,
                  "what the stand-in calls a zone of the first provider; goes before the tables; "
                  "may be repeated")
      ->type_name("ZONE=NAME")
      ->allow_extra_args(false);
  command.add_option("--signal", flags.signal, "which emissions count")
      ->check(CLI::IsMember({"lifecycle", "direct", "marginal"}))
      ->capture_default_str();
  command
      .add_option("--archive", flags.archive,
                  "file in which what was polled outlives the process; made where it is absent")
      ->type_name("FILE");
  command
      .add_option("--clock", flags.clock,
                  "the calendar of the signals, and of deadlines: real, or ORIGIN@REALxSPEED for a "
                  "replay")
      ->capture_default_str();
  AddWeatherFlags(command, flags);
}

grid::SignalKind KindNamed(const std::string& name) {
  return name == "marginal" ? grid::SignalKind::marginal
         : name == "direct" ? grid::SignalKind::average_direct
                            : grid::SignalKind::average_lifecycle;
}

grid::SignalKind KindOf(const SignalFlags& flags) { return KindNamed(flags.signal); }

Result<std::unique_ptr<net::Clock>> ClockOf(const SignalFlags& flags) {
  auto clock = net::ParseClock(flags.clock);
  return clock ? std::move(clock) : clock.error().In("--clock");
}

feeds::GridWatchOptions WatchOptionsOf(const SignalFlags& flags) {
  feeds::GridWatchOptions options;
  options.kind = KindOf(flags);
  options.yearly = feeds::YearlyMeans(flags.provider.name, options.kind);
  return options;
}

Result<std::vector<std::unique_ptr<feeds::Feed>>> MakeFeeds(const SignalFlags& flags,
                                                            const net::Clock& clock,
                                                            const workloads::RegionRows& rows) {
  std::vector<std::unique_ptr<feeds::Feed>> feeds;
  auto first = MakeFeed(flags.provider, "--token-file", KindOf(flags), clock);
  if (!first) {
    return first.error();
  }
  feeds.push_back(*std::move(first));
  if (flags.stand_in.name.empty()) {
    if (!flags.stand_in.url.empty() || !flags.stand_in.token_file.empty() ||
        !flags.stand_in_zones.empty()) {
      return Invalid(
          "--stand-in-url, --stand-in-token-file and --stand-in-zone need --stand-in NAME");
    }
    return feeds;
  }
  auto second = MakeFeed(flags.stand_in, "--stand-in-token-file", KindOf(flags), clock);
  if (!second) {
    return second.error().In("--stand-in");
  }
  auto dictionary = DictionaryOf(flags, rows);
  if (!dictionary) {
    return dictionary.error();
  }
  feeds.push_back(feeds::MakeRenamedFeed(*std::move(second), *std::move(dictionary)));
  return feeds;
}

Result<std::unique_ptr<feeds::Feed>> MakeWeather(const SignalFlags& flags,
                                                 const net::Clock& clock) {
  feeds::WeatherPoints points;
  for (const std::string& text : flags.weather_points) {
    if (const Status ok = feeds::AddWeatherPoint(points, text); !ok) {
      return ok.error().In("--weather-point");
    }
  }
  if (points.empty()) {
    if (flags.weather_url != SignalFlags().weather_url) {
      return Invalid("--weather-url needs --weather-point ZONE=LAT,LON");
    }
    return std::unique_ptr<feeds::Feed>();
  }
  // What the service asks of its users: to be gentle.
  auto pace = std::make_shared<net::Pace>(std::chrono::seconds(1), net::MakeMonotonicClock());
  auto feed = feeds::MakeNwsWeatherFeed(
      flags.weather_url, std::move(points), [] { return net::MakeHttpClient({}); }, std::move(pace),
      clock);
  return feed ? std::move(feed) : feed.error().In("--weather-url");
}

Result<std::unique_ptr<feeds::Archive>> OpenArchive(const SignalFlags& flags) {
  if (flags.archive.empty()) {
    return std::unique_ptr<feeds::Archive>();
  }
  auto archive = feeds::Archive::Open(flags.archive);
  return archive ? std::move(archive) : archive.error().In("--archive");
}

}  // namespace carbon::app
