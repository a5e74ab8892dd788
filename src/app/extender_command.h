// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// `carbon-kube extender`: ranks nodes for a kube-scheduler that asks over HTTP.
CLI::App* AddExtenderCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
