// SPDX-License-Identifier: Apache-2.0
#include "feeds/feeds.h"

#include <array>
#include <string>
#include <utility>

#include "base/text.h"
#include "feeds/electricity_maps.h"

namespace carbon::feeds {
namespace {

constexpr std::array kProviders = {
    Provider{"electricity-maps",
             "Electricity Maps: average intensity, 72 hours of forecast; token needed",
             MakeElectricityMaps},
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
