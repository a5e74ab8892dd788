// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "grid/board.h"
#include "grid/zonal_intensity.h"
#include "kube/client.h"

namespace carbon::controller {

/// The ConfigMap in which a cluster's schedulers and people find the intensities.
struct ScoresPlace {
  std::string name_space = "carbon-kube";
  std::string name = "carbon-scores";
};
/// "NAMESPACE/NAME"; invalid for all else.
Result<ScoresPlace> ParseScoresPlace(std::string_view text);

/// What is published.
struct Scores {
  std::vector<grid::ZonalIntensity> zones;  ///< by name
  std::vector<std::string> unknown;         ///< zones that are watched and unknown, by name

  static Scores Of(const grid::Board& board);
};
/// True where a write would change nothing but ages.
bool SameButForAge(const Scores& a, const Scores& b);

/// The ConfigMap as it is applied, docs/reference/formats.md. Kubernetes holds 1 MiB: the first
/// zones, as many as fit, stand in it; `left_out` tells how many do not.
struct ScoresConfigMap {
  boost::json::object object;
  size_t left_out = 0;
};
ScoresConfigMap ConfigMapOf(const Scores& scores, const ScoresPlace& place, Time written_at);

/// What stands in the cluster; not_found where nothing does, invalid where somebody else wrote it.
Result<Scores> ReadScores(kube::Client& client, const ScoresPlace& place);

/// Applies the ConfigMap by server-side apply as "carbon-kube", taking its fields over from others.
/// Returns how many zones were left out.
Result<size_t> WriteScores(kube::Client& client, const ScoresPlace& place, const Scores& scores,
                           Time written_at);

/// What was published and may serve as a reading at `now`, which is not before it was heard.
std::vector<grid::ZoneReading> ReadingsOf(const Scores& scores, Time now);

}  // namespace carbon::controller
