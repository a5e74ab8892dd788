// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/result.h"

namespace carbon {

/// The value; without one the program says why and ends with 1.
template <typename T>
T OrFail(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, result.error().message.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

}  // namespace carbon
