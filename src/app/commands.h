// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace carbon::app {

/// Runs the command line and returns the exit code: 0 success, 1 the world failed, 2 usage or
/// input.
int RunCommandLine(int argc, char** argv);

}  // namespace carbon::app
