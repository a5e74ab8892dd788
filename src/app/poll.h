// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// Adds `carbon-kube poll`. `exit_code` outlives the app and is set when the command ran.
CLI::App* AddPollCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
