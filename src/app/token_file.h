// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace carbon::app {

/// The first line of the file that the flag `flag` names; "" for no path. Invalid where it cannot
/// be read or is empty. The error holds the path, never the content.
Result<std::string> ReadTokenFile(const std::string& flag, const std::string& path);

}  // namespace carbon::app
