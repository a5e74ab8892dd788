// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "app/plan_preview.h"

namespace carbon::app {

/// For people: when a job that pauses or scales would run, what that saves against running now and
/// against its one start, and the other ways. Ends with a newline; empty where the preview has no
/// such plan.
std::string FlexibleText(const PlanPreview& preview);

/// {"region","zone","segments",…,"alternatives"}: docs/reference/formats.md; null where there is
/// none.
boost::json::value FlexibleJson(const PlanPreview& preview);

}  // namespace carbon::app
