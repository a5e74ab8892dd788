// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "feeds/feed.h"

/// What providers' error answers have in common. Pure. Messages quote at most 60 bytes of an
/// answer.
namespace carbon::feeds {

/// The answer's own reason in quotes, from the members in which providers put it (`message`,
/// `detail`, `error`, …); "no reason given" where it holds none, as a proxy's HTML page does.
std::string Reason(std::string_view body);

/// What a status other than 200 means where the provider has no meaning of its own for it. All
/// zones fail alike at 401 and 429.
Failure PlainFailure(int status, std::string_view body);

/// Nobody was let in, or not to this zone: denied, "what (HTTP 403): reason".
Failure Denied(std::string_view what, Failure::Scope scope, int status, std::string_view body);

/// Whether the base URL is one to which a path can be appended; `name` starts the message.
Status CheckBaseUrl(std::string_view name, std::string_view url);
/// `url`, or where that is empty `usual`; without slashes at the end.
std::string BaseUrl(std::string_view url, std::string_view usual);
/// Invalid where a header or URL cannot carry the token, or where it is empty: `need` says then
/// what to give.
Status CheckToken(std::string_view name, std::string_view token, std::string_view need);

}  // namespace carbon::feeds
