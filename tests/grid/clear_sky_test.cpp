// SPDX-License-Identifier: Apache-2.0
// The clear sky of grid/weather.h against what California's solar plants generated: EIA-930's
// hourly generation of CISO in 2022 (data/NOTICE). Rows are labelled by the end of their hour, as
// EIA documents, from the middle of June on; before, generation comes about 0.6 hours earlier by
// its label than the sun allows. So July to December is compared: from the longest days, nearly, to
// the shortest.
//
// On the clearest days nothing but the sun's height is left: of each month and hour of the day the
// greatest generation is taken, and of the clear-sky index the greatest too. Trackers make the day
// of a plant broader than the sine of the sun's height, so that their correlation is below 1.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "base/text.h"
#include "grid/weather.h"
#include "net/files.h"

namespace carbon::grid {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration kHour = hours(1);
const Time kFirst = *ParseTime("2022-07-01T00:00Z");
const Time kEnd = *ParseTime("2023-01-01T00:00Z");

/// Where the plants are: the Mojave, the Colorado Desert, the San Joaquin Valley.
constexpr std::array<GeoPoint, 3> kPlants = {{{34.85, -118.3}, {33.7, -115.4}, {36.0, -119.9}}};

struct Hour {
  Time start;
  double megawatts;
};

std::vector<Hour> Generation() {
  const auto text =
      net::ReadFile(CARBON_SOURCE_DIR "/data/carbon/CISO_solar_2022.csv.gz", size_t{1} << 20);
  EXPECT_TRUE(text) << text.error().message;
  std::vector<Hour> generation;
  if (!text) {
    return generation;
  }
  const auto table = CsvTable::Parse(*text, "CISO", {"hour_end", "mw"});
  EXPECT_TRUE(table) << table.error().message;
  for (size_t row = 0; table && row < table->size(); ++row) {
    const auto end = ParseTime(table->Field(row, 0));
    const auto megawatts = ParseDouble(table->Field(row, 1));  // empty: unknown
    if (end && megawatts && *end - kHour >= kFirst && *end <= kEnd) {
      generation.push_back({*end - kHour, *megawatts});
    }
  }
  return generation;
}

using IndexAt = std::function<double(const GeoPoint&, Time)>;

/// The greatest of each month and hour of the day.
class Envelope {
 public:
  void Take(Time start, double value) {
    const std::chrono::year_month_day day(std::chrono::floor<days>(start));
    const auto month = size_t{static_cast<unsigned>(day.month())} - 7;
    const auto hour = static_cast<size_t>((start - FloorTo(start, days(1))) / kHour);
    double& greatest = values_.at(month * 24 + hour);
    greatest = std::max(greatest, value);
  }
  const std::array<double, 6 * 24>& values() const { return values_; }

 private:
  std::array<double, 6 * 24> values_{};
};

double Correlation(const std::array<double, 6 * 24>& a, const std::array<double, 6 * 24>& b) {
  const auto count = static_cast<double>(a.size());
  double sum_a = 0;
  double sum_b = 0;
  double squares_a = 0;
  double squares_b = 0;
  double products = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    sum_a += a.at(i);
    sum_b += b.at(i);
    squares_a += a.at(i) * a.at(i);
    squares_b += b.at(i) * b.at(i);
    products += a.at(i) * b.at(i);
  }
  return (products - sum_a * sum_b / count) /
         std::sqrt((squares_a - sum_a * sum_a / count) * (squares_b - sum_b * sum_b / count));
}

double AgreementOf(const IndexAt& index) {
  Envelope recorded;
  Envelope modelled;
  for (const Hour& hour : Generation()) {
    double sum = 0;
    for (const GeoPoint& plant : kPlants) {
      sum += index(plant, hour.start);
    }
    recorded.Take(hour.start, hour.megawatts);
    modelled.Take(hour.start, sum / static_cast<double>(kPlants.size()));
  }
  return Correlation(recorded.values(), modelled.values());
}

TEST(ClearSkyOfCalifornia, TheRecordingIsThere) {
  const auto generation = Generation();
  EXPECT_GE(generation.size(), 4400U);
  EXPECT_LE(generation.size(), 4416U);
}

TEST(ClearSkyOfCalifornia, RisesAndSetsWithTheRecordedGeneration) {
  EXPECT_GE(AgreementOf(ClearSkyIndex), 0.968);
}

TEST(ClearSkyOfCalifornia, WouldNotDoSoWithAMistakeInIt) {
  const IndexAt wrong_side = [](const GeoPoint& point, Time hour) {
    return ClearSkyIndex({point.latitude, -point.longitude}, hour);
  };
  const IndexAt hour_late = [](const GeoPoint& point, Time hour) {
    return ClearSkyIndex(point, hour - kHour);
  };
  const IndexAt hour_early = [](const GeoPoint& point, Time hour) {
    return ClearSkyIndex(point, hour + kHour);
  };
  const IndexAt half_hour_late = [](const GeoPoint& point, Time hour) {
    return ClearSkyIndex(point, hour - minutes(30));
  };
  const IndexAt half_hour_early = [](const GeoPoint& point, Time hour) {
    return ClearSkyIndex(point, hour + minutes(30));
  };
  // The declination's sign and the latitude's are one mistake.
  const IndexAt other_season = [](const GeoPoint& point, Time hour) {
    return ClearSkyIndex({-point.latitude, point.longitude}, hour);
  };
  const IndexAt no_season = [](const GeoPoint& point, Time hour) {
    return ClearSkyIndex(point, *ParseTime("2022-09-23T00:00Z") + (hour - FloorTo(hour, days(1))));
  };
  EXPECT_LT(AgreementOf(wrong_side), 0);
  EXPECT_LT(AgreementOf(hour_late), 0.93);
  EXPECT_LT(AgreementOf(hour_early), 0.93);
  EXPECT_LT(AgreementOf(half_hour_late), 0.963);
  EXPECT_LT(AgreementOf(half_hour_early), 0.963);
  EXPECT_LT(AgreementOf(other_season), 0.85);
  EXPECT_LT(AgreementOf(no_season), 0.95);
}

}  // namespace
}  // namespace carbon::grid
