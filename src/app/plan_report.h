// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/plan_chart.h"
#include "app/plan_preview.h"

namespace carbon::app {

/// For people, a block per job: the decision in a sentence and what it is built on, the windows
/// that were weighed, what waiting longer would bring, what pausing and scaling would, and the
/// forecast as a chart. Ends with a
/// newline.
std::string PlanTable(const std::vector<PlanPreview>& previews, const ChartStyle& style);

/// {"as_of","plans":[{"job","action","sentence",…,"windows","waiting","flexible","forecast"}],"zones"}:
/// docs/reference/formats.md. `previews` is not empty, and all are of one board.
std::string PlanJson(const std::vector<PlanPreview>& previews);

}  // namespace carbon::app
