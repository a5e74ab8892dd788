// SPDX-License-Identifier: Apache-2.0
#include "feeds/feeds.h"

#include <array>
#include <string>
#include <utility>

#include "base/text.h"
#include "feeds/carbon_aware_sdk.h"
#include "feeds/eia.h"
#include "feeds/electricity_maps.h"
#include "feeds/file_feed.h"
#include "feeds/gb_carbon_intensity.h"
#include "feeds/watttime.h"

namespace carbon::feeds {
namespace {

constexpr std::array kProviders = {
    Provider{"electricity-maps",
             "Electricity Maps: average intensity, 72 hours of forecast; token needed",
             MakeElectricityMaps},
    Provider{"watttime",
             "WattTime: marginal intensity, 72 hours of forecast; user:password needed as token",
             MakeWattTime},
    Provider{"gb-carbon-intensity",
             "Great Britain and its regions: direct average intensity, 48 hours of forecast; free",
             MakeGbCarbonIntensity},
    Provider{"eia",
             "EIA, United States: average intensity from the fuel mix, no forecast; key needed",
             MakeEia},
    Provider{"carbon-aware-sdk", "a Carbon Aware SDK: what its source tells; its URL needed",
             MakeCarbonAwareSdk},
    Provider{"file", "files in a folder, for clusters without a way out; --provider-url FOLDER",
             MakeFileFeed},
};

Result<std::unique_ptr<Feed>> Make(const Provider& provider, const FeedSettings& settings,
                                   HttpClientFactory make_client, const net::Clock& clock) {
  if (const auto* make_other = std::get_if<Provider::MakeOther>(&provider.make)) {
    return (*make_other)(settings, clock);
  }
  auto protocol = std::get<Provider::MakeProtocol>(provider.make)(settings);
  if (!protocol) {
    return protocol.error();
  }
  return MakeHttpFeed(*std::move(protocol), settings, std::move(make_client), clock);
}

}  // namespace

std::span<const Provider> Providers() { return kProviders; }

Result<std::unique_ptr<Feed>> MakeFeed(std::string_view name, const FeedSettings& settings,
                                       HttpClientFactory make_client, const net::Clock& clock) {
  std::string known;
  for (const Provider& provider : kProviders) {
    if (provider.name == name) {
      return Make(provider, settings, std::move(make_client), clock);
    }
    known += (known.empty() ? "" : ", ") + std::string(provider.name);
  }
  return Invalid("there is no provider '" + Printable(name) + "'; known: " + known);
}

}  // namespace carbon::feeds
