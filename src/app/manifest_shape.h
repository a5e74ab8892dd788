// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>

#include "base/result.h"

namespace carbon::app {

/// Whether the fields that are planned by are what an API server takes: objects, lists and text
/// where these belong, quantities that are some, and a container. What else is absent or null
/// counts as not given, but labels and annotations that are null are no text. Invalid, with the
/// first field that is not: "spec.containers[0].resources.requests.cpu: …".
Status CheckPodShape(const boost::json::object& pod);

/// The same of what of a Job (batch/v1) is read.
Status CheckJobShape(const boost::json::object& job);

}  // namespace carbon::app
