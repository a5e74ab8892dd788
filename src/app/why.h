// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "plan/reason.h"

namespace carbon::app {

/// Adds `why`: says why a pod waits, or why it was released when it was.
CLI::App* AddWhyCommand(CLI::App& app, int& exit_code);

/// A reason for people, several lines: the sentence, then the ways that were weighed.
std::string RenderReason(const std::string& pod, const plan::Reason& reason);

}  // namespace carbon::app
