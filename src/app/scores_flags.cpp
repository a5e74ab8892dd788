// SPDX-License-Identifier: Apache-2.0
#include "app/scores_flags.h"

namespace carbon::app {

void AddScoresFlag(CLI::App& command, std::string& place) {
  command
      .add_option("--scores-configmap", place,
                  "the ConfigMap that tells others what is known of each zone; \"\": none")
      ->type_name("NAMESPACE/NAME")
      ->capture_default_str();
}

Result<std::optional<controller::ScoresPlace>> ScoresPlaceOf(const std::string& place) {
  if (place.empty()) {
    return std::optional<controller::ScoresPlace>();
  }
  const auto parsed = controller::ParseScoresPlace(place);
  if (!parsed) {
    return parsed.error();
  }
  return std::optional(*parsed);
}

Result<controller::ScoresPlace> NeededScoresPlaceOf(const std::string& place) {
  const auto found = ScoresPlaceOf(place);
  if (!found || !*found) {
    return found ? Invalid("--scores-configmap: which? NAMESPACE/NAME")
                 : found.error().In("--scores-configmap");
  }
  return **found;
}

}  // namespace carbon::app
