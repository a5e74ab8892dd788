// SPDX-License-Identifier: Apache-2.0
#include "grid/zone_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace carbon::grid {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr BlendRules kBlend{.error_decay_per_hour = 0.85};
constexpr auto kLifecycle = SignalKind::average_lifecycle;
const Time kMidnight = *ParseTime("2021-07-01T00:00:00Z");

ZoneReading Reading() {
  return {.zone = {"DE"},
          .kind = kLifecycle,
          .source = "first",
          .fetched_at = kMidnight + hours(2),
          .latest = Observation{.at = kMidnight + hours(2), .intensity = GramsPerKwh(300)},
          .forecast = Forecast{kMidnight, Series(kMidnight, hours(1), {500, 400, 200, 200, 100})},
          .history = {}};
}

ZoneRecord RecordOf(const ZoneReading& reading) {
  ZoneRecord record({"DE"}, kLifecycle, kBlend);
  EXPECT_TRUE(record.Take(reading));
  return record;
}

Result<Outlook> At(const ZoneReading& reading, Time now, const OutlookRules& rules = {}) {
  return RecordOf(reading).At(now, rules);
}

/// Thirty days of an hour-of-day rhythm, 100 + 10 * hour, ending before kMidnight.
Series Month() {
  std::vector<double> values;
  for (int hour = 0; hour < 30 * 24; ++hour) {
    values.push_back(100 + 10 * (hour % 24));
  }
  return {kMidnight - days(30), hours(1), std::move(values)};
}

// ---- One reading

TEST(ZoneRecord, TakesThePresentFromTheObservationAndCarriesItsErrorForward) {
  const auto outlook = At(Reading(), kMidnight + hours(2) + minutes(10));
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->now, GramsPerKwh(300));
  EXPECT_EQ(outlook->rung, Rung::fresh);
  EXPECT_EQ(outlook->source, "first");
  EXPECT_FALSE(outlook->estimated);
  EXPECT_EQ(outlook->issued_at, kMidnight);
  EXPECT_EQ(outlook->expected.start(), kMidnight + hours(2));
  EXPECT_DOUBLE_EQ(outlook->expected.Value(0)->value(), 300);
  EXPECT_NEAR(outlook->expected.Value(1)->value(), 200 + 100 * 0.85, 1e-4);
  EXPECT_NEAR(outlook->expected.Value(2)->value(), 100 + 100 * 0.85 * 0.85, 1e-4);
  EXPECT_FALSE(outlook->expected.Value(3)) << "the provider says no more, and nothing is usual yet";
}

TEST(ZoneRecord, EveryForecastHasBoundsAroundIt) {
  const auto outlook = At(Reading(), kMidnight + hours(2));
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->p10.start(), outlook->expected.start());
  EXPECT_EQ(outlook->p10.Value(0), outlook->now) << "what is observed is not in doubt";
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_LT(*outlook->p10.Value(i), *outlook->expected.Value(i));
    EXPECT_GT(*outlook->p90.Value(i), *outlook->expected.Value(i));
  }
}

TEST(ZoneRecord, NeverExpectsLessThanNothing) {
  ZoneReading reading = Reading();
  reading.latest->intensity = GramsPerKwh(0);
  const auto outlook = At(reading, kMidnight + hours(2));
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->expected.Value(2)->value(), 0);
}

TEST(ZoneRecord, WithoutAForecastKnowsThePresentOnly) {
  ZoneReading reading = Reading();
  reading.forecast.reset();
  const auto outlook = At(reading, kMidnight + hours(2));
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->expected.At(kMidnight + hours(2))->value(), 300);
  EXPECT_FALSE(outlook->expected.At(kMidnight + hours(3)));
  EXPECT_FALSE(At(reading, kMidnight + hours(3)));
}

TEST(ZoneRecord, WithoutAnObservationBelievesTheForecastAsItIs) {
  ZoneReading reading = Reading();
  reading.latest.reset();
  const auto outlook = At(reading, kMidnight + hours(2));
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->now, GramsPerKwh(200));
  EXPECT_TRUE(outlook->estimated);
  EXPECT_EQ(outlook->expected.Value(2), GramsPerKwh(100));
}

TEST(ZoneRecord, LeavesMissingForecastHoursUnknown) {
  ZoneReading reading = Reading();
  reading.forecast->series = Series(kMidnight, hours(1), {500, 400, 200, Series::kUnknown, 100});
  const auto outlook = At(reading, kMidnight + hours(2));
  ASSERT_TRUE(outlook);
  EXPECT_FALSE(outlook->expected.Value(1));
  EXPECT_TRUE(outlook->expected.Value(2));
}

TEST(ZoneRecord, RefusesAnotherKindAndAnotherZone) {
  ZoneRecord record({"DE"}, kLifecycle);
  ZoneReading direct = Reading();
  direct.kind = SignalKind::average_direct;
  ZoneReading foreign = Reading();
  foreign.zone = {"SE"};
  EXPECT_THAT(record.Take(direct).error().message, HasSubstr("average-direct"));
  EXPECT_THAT(record.Take(foreign).error().message, HasSubstr("SE"));
  EXPECT_EQ(record.Last(), nullptr);
}

// ---- The ladder, rung by rung

TEST(ZoneRecord, CachedIsTheForecastOfALastPollThatIsNotADayOld) {
  const auto outlook = At(Reading(), kMidnight + hours(4));
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->rung, Rung::cached);
  EXPECT_TRUE(outlook->estimated);
  EXPECT_NEAR(outlook->now.value(), 100 + 100 * 0.85 * 0.85, 1e-4);
  EXPECT_EQ(outlook->expected.start(), kMidnight + hours(4));
}

ZoneReading WithLongForecast() {
  ZoneReading reading = Reading();
  reading.forecast->series = Series(kMidnight, hours(1), std::vector<double>(96, 250));
  return reading;
}

TEST(ZoneRecord, AnEarlierForecastHoldsAfterADayAsLongAsItSpeaksOfNow) {
  const ZoneReading reading = WithLongForecast();
  EXPECT_EQ(At(reading, kMidnight + hours(26))->rung, Rung::cached);
  const auto outlook = At(reading, kMidnight + hours(27));
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->rung, Rung::earlier_forecast);
  EXPECT_EQ(outlook->fetched_at, reading.fetched_at) << "a value is not younger than its source";
  EXPECT_FALSE(At(reading, kMidnight + hours(96)));
}

TEST(ZoneRecord, TheSecondProviderSpeaksOnlyWhereTheFirstHasNothingLeft) {
  ZoneRecord record = RecordOf(WithLongForecast());
  ZoneReading second = Reading();
  second.source = "second";
  second.fetched_at = kMidnight + hours(96);
  second.latest = Observation{.at = kMidnight + hours(96), .intensity = GramsPerKwh(77)};
  second.forecast.reset();
  ASSERT_TRUE(record.Take(second, 1));
  EXPECT_EQ(record.At(kMidnight + hours(95), {})->source, "first");
  const auto outlook = record.At(kMidnight + hours(96), {});
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->rung, Rung::second_provider);
  EXPECT_EQ(outlook->source, "second");
  EXPECT_EQ(outlook->now, GramsPerKwh(77));
  EXPECT_FALSE(record.At(kMidnight + hours(96 + 25), {})) << "it too grows old";
}

TEST(ZoneRecord, AnHourOfWhichNothingIsUsualHasNoBoundsEither) {
  ZoneReading reading = Reading();
  reading.forecast.reset();
  reading.history = Series(kMidnight - hours(3), hours(1), {200, 210, 220, 230, 240});
  const auto outlook = RecordOf(reading).At(kMidnight + hours(46), {.cached_for = hours(1)});
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->rung, Rung::climatology);
  const Time unheard_of = kMidnight + hours(55);
  EXPECT_TRUE(outlook->p10.At(kMidnight + hours(47)));
  EXPECT_FALSE(outlook->expected.At(unheard_of));
  EXPECT_FALSE(outlook->p10.At(unheard_of)) << "not 0";
  EXPECT_FALSE(outlook->p90.At(unheard_of));
}

TEST(ZoneRecord, ClimatologyIsWhatIsUsualAtThatHour) {
  ZoneReading reading = Reading();
  reading.history = Month();
  reading.latest = Observation{.at = kMidnight - hours(1), .intensity = GramsPerKwh(330)};
  reading.fetched_at = kMidnight;
  reading.forecast.reset();
  const Time now = kMidnight + days(5) + hours(6);
  const auto outlook = At(reading, now);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->rung, Rung::climatology);
  EXPECT_TRUE(outlook->estimated);
  EXPECT_NEAR(outlook->now.value(), 160, 1);
  EXPECT_NEAR(outlook->expected.At(now + hours(5))->value(), 210, 1);
  EXPECT_LE(*outlook->p10.At(now), outlook->now);
  EXPECT_GE(*outlook->p90.At(now), outlook->now);
}

// ---- The weather

/// A zone without forecasts in which the wind takes off up to 200 of 400 g/kWh, each day another;
/// it has been observed, and its weather told, until kMidnight.
class WindyZone {
 public:
  explicit WindyZone(double per_wind = 200) : per_wind_(per_wind) {
    for (Time now = kMidnight - days(40); now < kMidnight; now += hours(1)) {
      TellWeather(now);
      ZoneReading reading = Reading();
      reading.fetched_at = now;
      reading.latest = Observation{.at = now, .intensity = IntensityAt(now)};
      reading.forecast.reset();
      EXPECT_TRUE(record.Take(reading));
    }
  }
  /// The next two days, as they will be.
  void TellWeather(Time now) {
    std::vector<double> wind;
    for (Time hour = now; hour < now + hours(48); hour += hours(1)) {
      wind.push_back(WindAt(hour));
    }
    record.TakeWeather({.source = "a service",
                        .told_at = now,
                        .issued_at = now - hours(1),
                        .solar = {},
                        .wind = Series(now, hours(1), std::move(wind))});
  }
  GramsPerKwh IntensityAt(Time time) const {
    const auto hour = (time - FloorTo(time, days(1))) / hours(1);
    return GramsPerKwh(400 + static_cast<double>(hour) - per_wind_ * WindAt(time));
  }

  ZoneRecord record{{"DE"}, kLifecycle, kBlend};

 private:
  static double WindAt(Time time) {
    const auto day = time.time_since_epoch() / days(1);
    return static_cast<double>(day * 7919 % 101) / 101;
  }
  double per_wind_;
};

constexpr Duration kSilence = hours(26);

TEST(ZoneRecord, TheWeatherCorrectsClimatologyWhereItHasBeatenIt) {
  WindyZone zone;
  const Time now = kMidnight + kSilence;
  zone.TellWeather(now);
  const auto outlook = zone.record.At(now, {});
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->rung, Rung::weather_climatology);
  EXPECT_THAT(outlook->source,
              MatchesRegex("climatology corrected by a service weather, [0-9]+ % better than "
                           "climatology over [0-9]+ h"));
  EXPECT_TRUE(outlook->estimated);
  EXPECT_EQ(outlook->issued_at, now - hours(1));
  EXPECT_EQ(outlook->fetched_at, kMidnight - hours(1)) << "no younger than what it was learnt from";
  for (Time time = now; time < now + hours(48); time += hours(1)) {
    EXPECT_NEAR(outlook->expected.At(time)->value(), zone.IntensityAt(time).value(), 20)
        << FormatTime(time);
    EXPECT_LE(*outlook->p10.At(time), *outlook->expected.At(time));
    EXPECT_GE(*outlook->p90.At(time), *outlook->expected.At(time));
  }
  EXPECT_EQ(outlook->now, outlook->expected.At(now));
  EXPECT_TRUE(outlook->expected.At(now + hours(95))) << "what is usual, where no weather is told";
}

TEST(ZoneRecord, TheSecondProviderGoesBeforeTheWeather) {
  WindyZone zone;
  const Time now = kMidnight + kSilence;
  zone.TellWeather(now);
  ZoneReading second = Reading();
  second.source = "second";
  second.fetched_at = now;
  second.latest = Observation{.at = now, .intensity = GramsPerKwh(77)};
  ASSERT_TRUE(zone.record.Take(second, 1));
  EXPECT_EQ(zone.record.At(now, {})->rung, Rung::second_provider);
  EXPECT_EQ(zone.record.At(now + hours(3), {})->rung, Rung::weather_climatology);
}

TEST(ZoneRecord, WithoutWeatherOfTheLastDayClimatologyIsAllThereIs) {
  const WindyZone zone;  // whose weather was told until kMidnight, of two days
  EXPECT_EQ(zone.record.At(kMidnight + hours(23), {})->rung, Rung::cached);
  const auto outlook = zone.record.At(kMidnight + kSilence, {});
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->rung, Rung::climatology);
  EXPECT_EQ(outlook->source, "first");
}

TEST(ZoneRecord, WeatherThatMeansNothingCorrectsNothing) {
  WindyZone zone(0);
  zone.TellWeather(kMidnight + kSilence);
  EXPECT_EQ(zone.record.At(kMidnight + kSilence, {})->rung, Rung::climatology);
}

// ---- The last rung

TEST(ZoneRecord, TheYearlyMeanIsTheLastRung) {
  ZoneRecord record({"DE"}, kLifecycle);
  EXPECT_EQ(record.At(kMidnight, {}).error().message, "zone DE: no provider has spoken of it yet");
  record.SetYearlyMean({GramsPerKwh(381), "a table of 2021"});
  const auto outlook = record.At(kMidnight, {});
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->rung, Rung::static_factor);
  EXPECT_EQ(outlook->now, GramsPerKwh(381));
  EXPECT_EQ(outlook->source, "a table of 2021");
  EXPECT_EQ(outlook->expected.At(kMidnight + hours(95)), GramsPerKwh(381));
}

TEST(ZoneRecord, SaysWhyThePresentIsUnknown) {
  EXPECT_EQ(At(Reading(), kMidnight + hours(27)).error().message,
            "zone DE: the last reading is 25h old");
  EXPECT_EQ(At(Reading(), kMidnight + hours(5)).error().message,
            "zone DE: neither the observation nor the forecast speaks of 2021-07-01T05:00:00Z");
}

TEST(ZoneRecord, TheRungsAreNamedAsTheyArePublished) {
  EXPECT_EQ(ToString(Rung::fresh), "fresh");
  EXPECT_EQ(ToString(Rung::cached), "cached");
  EXPECT_EQ(ToString(Rung::earlier_forecast), "earlier-forecast");
  EXPECT_EQ(ToString(Rung::second_provider), "second-provider");
  EXPECT_EQ(ToString(Rung::weather_climatology), "weather-climatology");
  EXPECT_EQ(ToString(Rung::climatology), "climatology");
  EXPECT_EQ(ToString(Rung::static_factor), "static-factor");
}

// ---- What is learnt

TEST(ZoneRecord, HandsOutWhatWasObservedAndNothingExpected) {
  EXPECT_TRUE(ZoneRecord({"DE"}, kLifecycle, kBlend).ObservedBetween(kMidnight, kMidnight).empty());
  ZoneReading reading = Reading();
  reading.history = Month();
  const ZoneRecord record = RecordOf(reading);
  const double none = Series::kUnknown;
  EXPECT_EQ(record.ObservedBetween(kMidnight - hours(1), kMidnight + hours(99)),
            Series(kMidnight - hours(1), hours(1), {330, none, none, 300}));
  const Series all = record.ObservedBetween(kMidnight - days(99), kMidnight);
  EXPECT_EQ(all.size() - all.UnknownSteps(), 30U * 24);
}

TEST(ZoneRecord, HistoryTeachesWhatIsUsual) {
  ZoneReading reading = Reading();
  reading.history = Month();
  const auto outlook = At(reading, kMidnight + hours(2));
  ASSERT_TRUE(outlook);
  EXPECT_TRUE(outlook->expected.At(kMidnight + hours(50))) << "beyond the provider's forecast";
  EXPECT_FALSE(outlook->expected.At(kMidnight + hours(100)));
}

TEST(ZoneRecord, KeepsThePartThatALaterReadingLacks) {
  ZoneRecord record = RecordOf(WithLongForecast());
  ZoneReading only_latest = Reading();
  only_latest.forecast.reset();
  only_latest.fetched_at = kMidnight + hours(3);
  only_latest.latest = Observation{.at = kMidnight + hours(3), .intensity = GramsPerKwh(310)};
  ASSERT_TRUE(record.Take(only_latest));
  const auto outlook = record.At(kMidnight + hours(3), {});
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->now, GramsPerKwh(310));
  EXPECT_EQ(outlook->issued_at, kMidnight);
  EXPECT_TRUE(outlook->expected.At(kMidnight + hours(20)));
}

}  // namespace
}  // namespace carbon::grid
