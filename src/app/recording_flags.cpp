// SPDX-License-Identifier: Apache-2.0
#include "app/recording_flags.h"

#include <utility>

#include "app/signal_flags.h"
#include "feeds/recordings.h"

namespace carbon::app {

void AddRecordingFlags(CLI::App& command, RecordingFlags& flags, std::vector<std::string> kinds) {
  command
      .add_option("--recording", flags.recordings,
                  "a zone's actual intensity and its forecasts as they were issued (CSV, may be "
                  "gzipped); may be repeated")
      ->type_name("ZONE=ACTUAL[,FORECAST]")
      ->allow_extra_args(false);
  command.add_option("--kind", flags.kind, "what the files of --recording hold")
      ->check(CLI::IsMember(std::move(kinds)))
      ->capture_default_str();
  command.add_option("--data", flags.data, "all recordings listed in DIR/carbon/zones.csv")
      ->type_name("DIR");
}

grid::SignalKind KindOf(const RecordingFlags& flags) { return KindNamed(flags.kind); }

Result<std::vector<feeds::Recording>> LoadRecordings(const RecordingFlags& flags) {
  std::vector<feeds::RecordingFiles> files;
  if (!flags.data.empty()) {
    auto below = feeds::RecordingsBelow(flags.data);
    if (!below) {
      return below.error();
    }
    files = *std::move(below);
  }
  for (const std::string& flag : flags.recordings) {
    auto entry = feeds::ParseRecordingFlag(flag, KindOf(flags));
    if (!entry) {
      return entry.error().In("--recording");
    }
    files.push_back(*std::move(entry));
  }
  if (files.empty()) {
    return Invalid("nothing to replay: give --data DIR or --recording ZONE=ACTUAL.csv.gz");
  }
  return feeds::LoadRecordings(files);
}

}  // namespace carbon::app
