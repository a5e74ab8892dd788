// SPDX-License-Identifier: Apache-2.0
#include "feeds/feeds.h"

#include <array>
#include <string>
#include <utility>

#include "base/text.h"
#include "feeds/electricity_maps_feed.h"

namespace carbon::feeds {
namespace {

constexpr std::array<Provider, 1> kProviders = {{
    {"electricity-maps", "Electricity Maps: average intensity, 72 hours of forecast; token needed",
     MakeElectricityMapsFeed},
}};

}  // namespace

std::span<const Provider> Providers() { return kProviders; }

Result<std::unique_ptr<Feed>> MakeFeed(std::string_view name, const FeedSettings& settings,
                                       std::unique_ptr<net::HttpClient> client,
                                       const net::Clock& clock) {
  std::string known;
  for (const Provider& provider : kProviders) {
    if (provider.name == name) {
      return provider.make(settings, std::move(client), clock);
    }
    known += (known.empty() ? "" : ", ") + std::string(provider.name);
  }
  return Invalid("there is no provider '" + Printable(name) + "'; known: " + known);
}

}  // namespace carbon::feeds
