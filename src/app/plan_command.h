// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// Adds `carbon-kube plan`: what the controller would do with a job now. `exit_code` outlives the
/// app and is set when the command ran.
CLI::App* AddPlanCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
