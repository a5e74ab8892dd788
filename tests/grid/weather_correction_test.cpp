// SPDX-License-Identifier: Apache-2.0
#include "grid/weather_correction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "grid/history.h"

namespace carbon::grid {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration kHour = hours(1);
const Time kStart = *ParseTime("2022-04-01T00:00:00Z");

/// How the intensity of an hour comes from its sun and wind.
struct Zone {
  double sun = 0;        ///< g/kWh that full sun takes off
  double wind = 0;       ///< g/kWh that all turbines take off
  double noise = 8;      ///< g/kWh, of an hour
  double fading = 0.95;  ///< of the noise, per hour: errors of one day are alike
};

/// A zone with its weather, and the climatology that its record would have: hour by hour.
class Year {
 public:
  Year(Zone zone, unsigned seed, WeatherRules rules = {})
      : correction(rules), zone_(zone), random_(seed) {}

  WeatherCorrection correction;

  /// Lets so many hours pass: the weather of the next two days is told, then the hour comes true.
  void Pass(int count) {
    for (int i = 0; i < count; ++i) {
      Step();
    }
  }
  void PassDays(int count) { Pass(24 * count); }

  Time now() const { return kStart + kHour * hour_; }
  std::optional<GramsPerKwh> Usual(Time time) const {
    const double usual = ClimatologyAt(history_, history_.newest(), history_.Number(time)).Usual();
    return std::isnan(usual) ? std::nullopt : std::optional(GramsPerKwh(usual));
  }
  /// What the service says of the next two days, which comes true.
  Weather Told() {
    std::vector<double> sun;
    std::vector<double> wind;
    for (int ahead = 0; ahead < 48; ++ahead) {
      sun.push_back(SunAt(hour_ + ahead));
      wind.push_back(WindAt(hour_ + ahead));
    }
    return {.source = "a service",
            .told_at = now(),
            .issued_at = now(),
            .solar = Series(now(), kHour, std::move(sun)),
            .wind = Series(now(), kHour, std::move(wind))};
  }
  /// The intensity of the running hour.
  GramsPerKwh Truth() {
    const double base =
        350 + 50 * std::cos(static_cast<double>(hour_ % 24) / 12 * std::numbers::pi);
    return GramsPerKwh(
        std::max(0.0, base - zone_.sun * SunAt(hour_) - zone_.wind * WindAt(hour_) + noise_));
  }
  GramsPerKwh least() const { return least_; }
  GramsPerKwh most() const { return most_; }
  void SetZone(Zone zone) { zone_ = zone; }

 private:
  void Step() {
    correction.Hear(Told());
    noise_ = zone_.fading * noise_ + zone_.noise * normal_(random_);
    const GramsPerKwh truth = Truth();
    correction.Observe(now(), truth, Usual(now()));
    history_.Put(history_.Number(now()), truth.value());
    least_ = std::min(least_, truth);
    most_ = std::max(most_, truth);
    ++hour_;
  }
  double SunAt(int hour) {
    Extend(hour);
    const double height = std::sin((hour % 24 - 6) / 12.0 * std::numbers::pi);
    return std::max(0.0, height) * clear_[static_cast<size_t>(hour / 24)];
  }
  double WindAt(int hour) {
    Extend(hour);
    return wind_[static_cast<size_t>(hour)];
  }
  void Extend(int hour) {
    while (clear_.size() * 24 <= static_cast<size_t>(hour)) {
      clear_.push_back(0.25 + 0.6 * uniform_(random_));
      for (int i = 0; i < 24; ++i) {
        const double before = wind_.empty() ? 0.3 : wind_.back();
        wind_.push_back(std::clamp(0.97 * before + 0.009 + 0.07 * normal_(random_), 0.0, 1.0));
      }
    }
  }

  Zone zone_;
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  std::vector<double> clear_;  ///< of each day
  std::vector<double> wind_;   ///< of each hour
  History history_{kHour, 24 * 30};
  GramsPerKwh least_{1e9};
  GramsPerKwh most_{0};
  double noise_ = 0;
  int hour_ = 0;
};

TEST(WeatherCorrection, LearnsWhatSunAndWindTakeOff) {
  Year year({.sun = 180, .wind = 120}, 1);
  year.PassDays(120);
  EXPECT_NEAR(year.correction.SunWeight(), 180, 18);
  EXPECT_NEAR(year.correction.WindWeight(), 120, 12);
  EXPECT_TRUE(year.correction.Useful());
  EXPECT_GT(year.correction.Skill().share, 0.3);
}

TEST(WeatherCorrection, LearnsExactlyWhereNothingElseHappens) {
  Year year({.sun = 180, .wind = 120, .noise = 0}, 2, {.ridge = 0.01});
  year.PassDays(120);
  EXPECT_NEAR(year.correction.SunWeight(), 180, 1);
  EXPECT_NEAR(year.correction.WindWeight(), 120, 1);
  EXPECT_GT(year.correction.Skill().share, 0.9);
}

TEST(WeatherCorrection, StartsOffAndIsNotBelievedBeforeTenDaysCameTrue) {
  Year year({.sun = 180, .wind = 120}, 3);
  EXPECT_FALSE(year.correction.Useful());
  EXPECT_FALSE(year.correction.Correct(kStart, GramsPerKwh(300)));
  EXPECT_EQ(year.correction.Skill().hours, 0U);
  while (year.correction.Skill().hours < 239) {
    year.Pass(1);
    ASSERT_FALSE(year.correction.Useful()) << FormatTime(year.now());
  }
  EXPECT_GE(year.now(), kStart + days(16)) << "and nothing is usual before a week is known";
  year.PassDays(20);
  EXPECT_TRUE(year.correction.Useful());
}

/// The share of days on which it is believed, of 12 zones in which the weather explains nothing.
double FooledShare(WeatherRules rules) {
  constexpr int kZones = 12;
  constexpr int kDays = 100;
  int useful = 0;
  for (unsigned seed = 1; seed <= kZones; ++seed) {
    Year year({.sun = 0, .wind = 0}, seed, rules);
    for (int day = 0; day < kDays; ++day) {
      year.PassDays(1);
      useful += year.correction.Useful() ? 1 : 0;
    }
  }
  return static_cast<double>(useful) / (kZones * kDays);
}

TEST(WeatherCorrection, StaysOffWhereTheWeatherExplainsNothing) {
  // Chance has its part, so all that is promised is that it is rare.
  EXPECT_LE(FooledShare({}), 0.02);
}

TEST(WeatherCorrection, WouldBeFooledByAPlainComparison) {
  EXPECT_GE(FooledShare({.delay_hours = 0, .least_skill = 0, .least_deviations = 0}), 0.5);
}

TEST(WeatherCorrection, IsTurnedOffWhenTheWeatherMeansNothingAnyMore) {
  Year year({.sun = 180, .wind = 120}, 4);
  year.PassDays(60);
  ASSERT_TRUE(year.correction.Useful());
  year.SetZone({.sun = 0, .wind = 0});
  year.PassDays(90);
  EXPECT_FALSE(year.correction.Useful());
}

TEST(WeatherCorrection, CorrectsNothingOnAUsualDay) {
  WeatherCorrection correction;
  History history(kHour, 24 * 30);
  for (int hour = 0; hour < 24 * 30; ++hour) {
    const Time now = kStart + kHour * hour;
    const double sun = hour % 24 == 12 ? 0.88 : 0;  // clear every day
    correction.Hear({.source = "a service",
                     .told_at = now,
                     .issued_at = now,
                     .solar = Series(now, kHour, {sun, hour % 24 == 11 ? 0.88 : 0}),
                     .wind = Series(now, kHour, {0.4, 0.4})});
    const double usual = ClimatologyAt(history, history.newest(), history.Number(now)).Usual();
    const GramsPerKwh truth(hour % 7 == 0 ? 310 : 300);
    correction.Observe(now, truth,
                       std::isnan(usual) ? std::nullopt : std::optional(GramsPerKwh(usual)));
    history.Put(history.Number(now), truth.value());
  }
  const auto corrected = correction.Correct(kStart + days(30), GramsPerKwh(303));
  ASSERT_TRUE(corrected);
  EXPECT_NEAR(corrected->expected.value(), 303, 1e-9);
  EXPECT_LE(corrected->p10, corrected->expected);
  EXPECT_GE(corrected->p90, corrected->expected);
  EXPECT_NEAR(correction.Skill().share, 0, 1e-9);
}

// ---- Without looking ahead

TEST(WeatherCorrection, IsMeasuredByWhatItSaidBeforeTheHourCameTrue) {
  Year year({.sun = 180, .wind = 120}, 5, {.window_hours = 1});
  year.PassDays(40);
  year.correction.Hear(year.Told());
  const GramsPerKwh usual = *year.Usual(year.now());
  const auto said = year.correction.Correct(year.now(), usual);
  ASSERT_TRUE(said);
  const GramsPerKwh truth = usual + GramsPerKwh(200);  // which nobody could know
  year.correction.Observe(year.now(), truth, usual);
  EXPECT_NEAR(year.correction.Skill().share,
              1 - std::abs(truth.value() - said->expected.value()) / 200, 1e-12);
}

TEST(WeatherCorrection, AnHourTeachesNothingUntilADayLater) {
  Year year({.sun = 180, .wind = 120}, 6);
  year.PassDays(40);
  Year other = year;
  const double before = year.correction.SunWeight();
  other.correction.Hear(other.Told());
  const Time now = other.now();
  other.correction.Observe(now, GramsPerKwh(5000), other.Usual(now));
  year.correction.Hear(year.Told());
  year.correction.Observe(now, GramsPerKwh(300), year.Usual(now));
  ASSERT_NE(before, 0);
  const auto unlike = [&] {
    return std::abs(other.correction.SunWeight() - year.correction.SunWeight()) +
           std::abs(other.correction.WindWeight() - year.correction.WindWeight());
  };
  for (int ahead = 1; ahead < 24; ++ahead) {
    year.correction.Observe(now + kHour * ahead, GramsPerKwh(300), std::nullopt);
    other.correction.Observe(now + kHour * ahead, GramsPerKwh(300), std::nullopt);
    ASSERT_EQ(unlike(), 0) << ahead;
  }
  year.correction.Observe(now + hours(24), GramsPerKwh(300), std::nullopt);
  other.correction.Observe(now + hours(24), GramsPerKwh(300), std::nullopt);
  EXPECT_GT(unlike(), 1);
}

TEST(WeatherCorrection, AnHourThatHasBegunKeepsTheWeatherThatWasToldBefore) {
  Year year({.sun = 180, .wind = 120}, 7);
  year.PassDays(40);
  year.correction.Hear(year.Told());
  const GramsPerKwh usual = *year.Usual(year.now());
  const auto said = year.correction.Correct(year.now(), usual);
  Weather late{.source = "a service",
               .told_at = year.now() + minutes(5),
               .issued_at = year.now(),
               .solar = Series(year.now(), kHour, {0, 0}),
               .wind = Series(year.now(), kHour, {1, 1})};
  year.correction.Hear(late);
  EXPECT_EQ(year.correction.Correct(year.now(), usual)->expected, said->expected);
  late.told_at = year.now() - minutes(5);
  year.correction.Hear(late);
  EXPECT_NE(year.correction.Correct(year.now(), usual)->expected, said->expected);
}

TEST(WeatherCorrection, LearnsFromEachHourOnce) {
  Year year({.sun = 180, .wind = 120}, 8);
  year.PassDays(40);
  const size_t hours_before = year.correction.Skill().hours;
  year.correction.Hear(year.Told());
  const Time now = year.now();
  year.correction.Observe(now, GramsPerKwh(300), year.Usual(now));
  for (const Time time : {now, now + minutes(30), now - hours(5)}) {
    year.correction.Observe(time, GramsPerKwh(300), year.Usual(now));
  }
  EXPECT_EQ(year.correction.Skill().hours, hours_before + 1);
}

// ---- What is not known, and what cannot be

TEST(WeatherCorrection, SaysNothingWhereTheWeatherIsUnknown) {
  Year year({.sun = 180, .wind = 120}, 9);
  year.PassDays(40);
  EXPECT_TRUE(year.correction.Correct(year.now(), GramsPerKwh(300)));
  EXPECT_FALSE(year.correction.Correct(year.now() + days(3), GramsPerKwh(300)))
      << "the service told of two days";
}

TEST(WeatherCorrection, TakesAnUnknownIndexForUsual) {
  Year year({.sun = 180, .wind = 120}, 10);
  year.PassDays(40);
  const Time night = CeilTo(year.now() + days(2), days(1)) + hours(2);
  const Time noon = night + hours(10);
  Weather windy{.source = "a service",
                .told_at = year.now(),
                .issued_at = year.now(),
                .solar = {},
                .wind = Series(night, kHour, std::vector<double>(24, 1.0))};
  year.correction.Hear(windy);
  const auto at_night = year.correction.Correct(night, GramsPerKwh(350));
  const auto at_noon = year.correction.Correct(noon, GramsPerKwh(350));
  ASSERT_TRUE(at_night);
  ASSERT_TRUE(at_noon);
  EXPECT_LT(at_night->expected, GramsPerKwh(330)) << "the wind takes off";
  EXPECT_LT(at_noon->expected, GramsPerKwh(330)) << "and an unknown sun is no darkness";
}

TEST(WeatherCorrection, StaysWithinWhatHasBeenObserved) {
  Year year({.sun = 180, .wind = 120}, 11);
  year.PassDays(40);
  const auto low = year.correction.Correct(year.now(), GramsPerKwh(-1000));
  const auto high = year.correction.Correct(year.now(), GramsPerKwh(9000));
  ASSERT_TRUE(low);
  EXPECT_EQ(low->expected, year.least());
  EXPECT_EQ(high->expected, year.most());
  EXPECT_LT(year.most(), GramsPerKwh(700));
  year.correction.Observe(year.now() - days(20), GramsPerKwh(700), std::nullopt);
  EXPECT_EQ(year.correction.Correct(year.now(), GramsPerKwh(9000))->expected, GramsPerKwh(700));
}

}  // namespace
}  // namespace carbon::grid
