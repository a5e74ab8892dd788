// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "controller/scores.h"

namespace carbon::app {

/// What --scores-configmap says if the user does not.
inline constexpr const char* kScoresPlace = "carbon-kube/carbon-scores";

/// Adds --scores-configmap.
void AddScoresFlag(CLI::App& command, std::string& place);

/// What it says: nothing where it is empty, invalid where it is not NAMESPACE/NAME.
Result<std::optional<controller::ScoresPlace>> ScoresPlaceOf(const std::string& place);
/// The same for who needs one; names the flag in either error.
Result<controller::ScoresPlace> NeededScoresPlaceOf(const std::string& place);

}  // namespace carbon::app
