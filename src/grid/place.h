// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace carbon::grid {

/// Degrees, north and east positive; WGS 84.
struct Position {
  double latitude = 0;
  double longitude = 0;

  bool operator==(const Position&) const = default;
};

/// A region of a cloud: where work can be sent to.
struct Place {
  std::string cloud;                 ///< "aws", "gcp", "azure"
  std::string region;                ///< as the cloud calls it: "us-west-2"
  std::optional<Position> position;  ///< nothing where it is unknown

  bool operator==(const Place&) const = default;
};

}  // namespace carbon::grid
