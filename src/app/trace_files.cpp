// SPDX-License-Identifier: Apache-2.0
#include "app/trace_files.h"

#include "net/files.h"

namespace carbon::app {
namespace {

constexpr size_t kMostBytes = size_t{8} << 30;
constexpr size_t kMostLineBytes = size_t{64} << 20;

}  // namespace

Result<sim::Trace> ReadTrace(const std::vector<std::string>& paths, sim::JobUnit unit) {
  if (paths.size() != 1) {
    return Invalid("--jobs: give one file");
  }
  sim::JobsReader reader(paths.front(), unit);
  const Status read = net::ReadLines(paths.front(), kMostBytes, kMostLineBytes,
                                     [&](std::string_view line) { return reader.Read(line); });
  if (!read) {
    return read.error();
  }
  return reader.Finish();
}

}  // namespace carbon::app
