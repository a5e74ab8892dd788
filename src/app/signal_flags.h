// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "feeds/archive.h"
#include "feeds/feed.h"
#include "net/clock.h"

namespace carbon::app {

/// One provider as the user names it.
struct ProviderFlags {
  std::string name;
  std::string url;
  std::string token_file;
  int requests_per_hour = 0;
};

/// Where a command gets the carbon intensity from.
struct SignalFlags {
  ProviderFlags provider{.name = "electricity-maps", .url = {}, .token_file = {}};
  ProviderFlags stand_in;  ///< no name: there is none
  std::string signal = "lifecycle";
  std::string archive;
};

/// Adds --provider and its kin, --stand-in and its kin, --signal, --archive.
void AddSignalFlags(CLI::App& command, SignalFlags& flags);

/// The kind that flags call "lifecycle", "direct" or "marginal"; the first for any other name.
grid::SignalKind KindNamed(const std::string& name);

/// What --signal says.
grid::SignalKind KindOf(const SignalFlags& flags);

/// The first choice and, if there is one, the stand-in; invalid where a setting is wrong. `clock`
/// outlives them.
Result<std::vector<std::unique_ptr<feeds::Feed>>> MakeFeeds(const SignalFlags& flags,
                                                            const net::Clock& clock);

/// The archive of --archive; null where there is none.
Result<std::unique_ptr<feeds::Archive>> OpenArchive(const SignalFlags& flags);

}  // namespace carbon::app
