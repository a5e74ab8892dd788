// SPDX-License-Identifier: Apache-2.0
#include "feeds/recorded_board.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "feeds/recordings.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *ParseTime("2021-08-02T06:20:00Z");

std::vector<Recording> Germany() {
  return *LoadRecordings(
      {{.zone = {"DE"},
        .actual = CARBON_SOURCE_DIR "/data/carbon/DE_lifecycle.csv.gz",
        .forecast = CARBON_SOURCE_DIR "/data/carbon/DE_forecast_lifecycle.csv.gz"}});
}

/// The recording with what lies after `now` replaced by noise, but for the running step.
Recording WithAnotherFuture(Recording recording, Time now, std::mt19937_64& random) {
  const grid::Series& actual = recording.actual;
  std::vector<double> values;
  for (size_t i = 0; i < actual.size(); ++i) {
    const auto value = actual.Value(i);
    values.push_back(actual.TimeOf(i) > now ? static_cast<double>(random() % 1000)
                     : value                ? value->value()
                                            : grid::Series::kUnknown);
  }
  recording.actual = grid::Series(actual.start(), actual.step(), std::move(values));
  std::erase_if(recording.forecasts,
                [&](const grid::Forecast& forecast) { return forecast.issued_at > now; });
  return recording;
}

TEST(RecordedBoard, KnowsTheRunningHourAndWhatHadBeenForecast) {
  const auto recordings = Germany();
  const auto board = RecordedBoard(recordings, kNow);
  const grid::Outlook* outlook = board->Find({"DE"});
  ASSERT_NE(outlook, nullptr);
  EXPECT_EQ(board->as_of(), kNow);
  EXPECT_EQ(outlook->now, recordings[0].actual.At(kNow));
  EXPECT_EQ(outlook->rung, grid::Rung::fresh);
  EXPECT_EQ(outlook->source, "recording");
  EXPECT_EQ(outlook->issued_at, *ParseTime("2021-08-02T00:00:00Z"));
  EXPECT_GE(outlook->expected.end(), kNow + hours(72));
}

TEST(RecordedBoard, NothingOfTheFutureShowsInIt) {
  const auto recordings = Germany();
  std::mt19937_64 random(20261129);
  for (int instance = 0; instance < 4; ++instance) {
    const Time now =
        *ParseTime("2021-07-01T00:00:00Z") + minutes(random() % (uint64_t{180} * 24 * 60));
    SCOPED_TRACE("seed 20261129, at " + FormatTime(now));
    const auto board = RecordedBoard(recordings, now);
    const auto other = RecordedBoard({WithAnotherFuture(recordings[0], now, random)}, now);
    const grid::Outlook* outlook = board->Find({"DE"});
    ASSERT_NE(outlook, nullptr);
    EXPECT_EQ(outlook->expected, other->Find({"DE"})->expected);
    EXPECT_EQ(outlook->p10, other->Find({"DE"})->p10);
    EXPECT_EQ(outlook->now, other->Find({"DE"})->now);
  }
}

TEST(RecordedBoard, BeforeAndLongAfterTheRecordingThereIsNoSignal) {
  const auto recordings = Germany();
  const auto before = RecordedBoard(recordings, recordings[0].actual.start() - hours(1));
  EXPECT_EQ(before->Find({"DE"}), nullptr);
  const auto after = RecordedBoard(recordings, recordings[0].actual.end() + hours(40 * 24));
  const grid::Outlook* outlook = after->Find({"DE"});
  EXPECT_TRUE(outlook == nullptr || outlook->rung > grid::Rung::second_provider);
  EXPECT_EQ(RecordedBoard({}, kNow)->Find({"DE"}), nullptr);
}

}  // namespace
}  // namespace carbon::feeds
