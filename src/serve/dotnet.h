// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

/// Values as .NET writes and reads them in JSON and in queries, where that differs from base/.
namespace carbon::serve {

/// "2022-07-19T13:35:00+00:00": a DateTimeOffset.
std::string DateTimeOffset(Time time);
/// "00:05:00", "1.00:00:00": a TimeSpan, to the second. Not negative.
std::string TimeSpan(Duration duration);
/// A JSON string, with its quotes.
std::string Quoted(std::string_view text);

/// As ParseTime(), and also without an offset ("2022-05-17T14:00:00", "2022-05-17"), which is UTC.
Result<Time> ParseDateTime(std::string_view text);

/// Which fields an object has: those of the SDK, or ours beside them. Clients that were generated
/// from the SDK's description refuse fields that they do not know, so ours have to be asked for.
enum class Fields { of_sdk, ours_too };

/// The same but for the case of ASCII letters: how paths, parameters and locations are compared.
bool IsSameName(std::string_view left, std::string_view right);

}  // namespace carbon::serve
