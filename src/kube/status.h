// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"

namespace carbon::kube {

/// What an HTTP status of the API server means here, in the words of the Status object that came
/// with it (null where none did): "CONTEXT: MESSAGE (HTTP 409)".
///
/// 401 and 403: denied. 404: not_found. 409: conflict. 410: expired. 429 because of a disruption
/// budget, and 422 because of a JSON patch that does not fit the object, such as by a `test` that
/// does not hold: conflict, as a precondition failed. Other 429 and 5xx: unavailable. 408 and 504:
/// timeout. The rest, such as 400 and 422, is a request that this program should not have made:
/// internal.
Error StatusError(const std::string& context, int code, const boost::json::object* status);

/// True for a 429 that says that a disruption budget does not allow an eviction now; other 429s
/// say that the server is busy.
bool IsDisruptionBudget(int code, const boost::json::object* status);

}  // namespace carbon::kube
