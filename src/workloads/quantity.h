// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace carbon::workloads {

/// A Kubernetes quantity in base units: "250m" = 0.25, "4Gi" = 4294967296, "1e3" = 1000.
/// Nothing where it is not one, is negative or beyond 1e18.
std::optional<double> ParseQuantity(std::string_view text);

}  // namespace carbon::workloads
