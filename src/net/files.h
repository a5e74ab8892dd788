// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/gunzip.h"

namespace carbon::net {

/// The whole of a file; a gzip file (told by its first bytes) is unpacked. At most `max_bytes`,
/// before and after unpacking. What the user can mend (missing, a folder, unreadable, too large,
/// damaged) is invalid: "cannot read jobs.csv: No such file or directory".
Result<std::string> ReadFile(const std::string& path, size_t max_bytes);

/// The same bytes in blocks, for files that are too large to hold. What `take` fails with is
/// returned as it is.
Status ReadBlocks(const std::string& path, size_t max_bytes, const TakeBytes& take);

/// The same, line by line without their ends; a last line needs none. Holds no more than a line;
/// one of more than `max_line` bytes is invalid: "cannot read app.log: line 7 is longer than
/// 1048576 bytes".
Status ReadLines(const std::string& path, size_t max_bytes, size_t max_line, const TakeBytes& take);

/// Replaces or creates a file in one step: readers, and a crash at any moment, see the old text or
/// the new one. The folder must exist. Invalid where the path is at fault, else unavailable:
/// "cannot write report.html: No space left on device".
Status WriteFileAtomic(const std::string& path, std::string_view text);

}  // namespace carbon::net
