// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace carbon::net {

/// The whole of a file; a gzip file (told by its first bytes) is unpacked. At most `max_bytes`,
/// before and after unpacking. What the user can mend (missing, a folder, unreadable, too large,
/// damaged) is invalid: "cannot read jobs.csv: No such file or directory".
Result<std::string> ReadFile(const std::string& path, size_t max_bytes);

/// Unpacks gzip (one or several members) to at most `max_bytes`; anything else is invalid.
Result<std::string> Gunzip(std::string_view packed, size_t max_bytes);

/// Replaces or creates a file in one step: readers, and a crash at any moment, see the old text or
/// the new one. The folder must exist. Invalid where the path is at fault, else unavailable:
/// "cannot write report.html: No space left on device".
Status WriteFileAtomic(const std::string& path, std::string_view text);

}  // namespace carbon::net
