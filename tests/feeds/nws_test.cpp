// SPDX-License-Identifier: Apache-2.0
#include "feeds/nws.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/fixture.h"

namespace carbon::feeds::nws {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr double kMile = 1.609344;

Time At(const char* text) { return *ParseTime(text); }

std::string Captured(const std::string& name) { return Fixture("nws", name); }

/// What stands after "name: " in the lines of a YAML text.
std::vector<std::string> AllOf(const std::string& yaml, const std::string& name) {
  std::vector<std::string> found;
  for (const std::string_view line : Split(yaml, '\n')) {
    const std::string_view text = Trim(line);
    if (text.starts_with(name + ": ")) {
      found.emplace_back(text.substr(name.size() + 2));
    }
  }
  return found;
}

// ---- Captured answers

TEST(Nws, ReadsTheCapturedPoint) {
  const auto url =
      ParsePoint(Captured("pynws_points.json"), "https://api.weather.gov/points/30,-85");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(*url, "https://api.weather.gov/gridpoints/TAE/58,65");
}

TEST(Nws, ReadsTheCapturedGridpoint) {
  const auto cell = ParseGridpoint(Captured("pynws_detailed_forecast.json"));
  ASSERT_TRUE(cell) << cell.error().message;
  EXPECT_EQ(cell->updated_at, At("2022-02-04T03:15:41Z"));
  ASSERT_EQ(cell->sky_cover.size(), 138U);
  EXPECT_EQ(cell->sky_cover.front(), (Span{At("2022-02-03T21:00Z"), At("2022-02-03T22:00Z"), 71}));
  EXPECT_EQ(cell->sky_cover.back(), (Span{At("2022-02-11T06:00Z"), At("2022-02-11T10:00Z"), 50}));
  ASSERT_EQ(cell->wind.size(), 51U);
  EXPECT_EQ(cell->wind.front(), (Span{At("2022-02-03T21:00Z"), At("2022-02-03T23:00Z"), 20.372}));
  EXPECT_EQ(cell->wind.back(), (Span{At("2022-02-11T08:00Z"), At("2022-02-11T10:00Z"), 1.852}));
}

TEST(Nws, ReadsTheCapturedPeriods) {
  const std::vector<std::pair<const char*, std::vector<Span>>> table = {
      {"pynws_gridpoints_forecast_hourly_us.json",
       {{At("2019-10-15T00:00Z"), At("2019-10-15T01:00Z"), 0},
        {At("2019-10-15T01:00Z"), At("2019-10-15T02:00Z"), 0}}},
      {"pynws_gridpoints_forecast_hourly_si.json",
       {{At("2019-10-15T00:00Z"), At("2019-10-15T01:00Z"), 0},
        {At("2019-10-15T01:00Z"), At("2019-10-15T02:00Z"), 0}}},
      {"pynws_gridpoints_forecast_us.json",
       {{At("2019-10-13T18:00Z"), At("2019-10-13T22:00Z"), 10 * kMile},
        {At("2019-10-13T22:00Z"), At("2019-10-14T10:00Z"), 2.5 * kMile}}},
      {"pynws_gridpoints_forecast_strings_us.json",
       {{At("2019-10-13T18:00Z"), At("2019-10-13T22:00Z"), 10 * kMile}}},
  };
  for (const auto& [file, spans] : table) {
    const auto wind = ParseHourlyWind(Captured(file));
    ASSERT_TRUE(wind) << file << ": " << wind.error().message;
    EXPECT_EQ(*wind, spans) << file;
    EXPECT_EQ(ParseGridpoint(Captured(file)).error().kind, Error::Kind::not_found) << file;
  }
}

TEST(Nws, FindsNothingInTheCapturedBlankPeriods) {
  for (const char* file : {"pynws_gridpoints_forecast_empty_us.json",
                           "pynws_gridpoints_forecast_hourly_empty_us.json"}) {
    const auto wind = ParseHourlyWind(Captured(file));
    ASSERT_FALSE(wind) << file;
    EXPECT_EQ(wind.error().kind, Error::Kind::not_found) << file;
  }
}

TEST(Nws, UnderstandsTheProblemOfTheServicesSpecification) {
  const std::string specification = Captured("weather-gov_openapi_excerpt.yaml");
  const auto examples =
      AllOf(specification.substr(specification.find("        ProblemDetail:")), "example");
  ASSERT_EQ(examples.size(), 6U);  // type, title, status, detail, instance, correlationId
  const Failure failure =
      ClassifyError(std::stoi(examples[2]), R"({"type":")" + examples[0] + R"(","title":")" +
                                                examples[1] + R"(","status":)" + examples[2] +
                                                R"(,"detail":")" + examples[3] + R"("})");
  EXPECT_EQ(failure.error, Unavailable("HTTP 500: 'An unexpected problem has occurred.'"));
  EXPECT_EQ(failure.retry_after, seconds(10)) << "whatever stands before the type's name";
}

TEST(Nws, RefusesCapturedAnswersOfOtherKinds) {
  for (const char* file : {"error_404_NotFound.json", "error_500_UnexpectedProblem.json",
                           "pynws_stations_observations_missing_value.json", "pynws_points.json"}) {
    const std::string body = Captured(file);
    ASSERT_FALSE(body.empty()) << file;
    EXPECT_EQ(ParseGridpoint(body).error().message, "updateTime: absent") << file;
    EXPECT_EQ(ParseHourlyWind(body).error().message, "the answer holds no periods") << file;
  }
  EXPECT_EQ(ParsePoint(Captured("error_404_NotFound.json"), "https://api.weather.gov/").error(),
            Unavailable("the answer holds no forecastGridData"));
}

// ---- Intervals

/// The same day in each of the three forms.
constexpr std::array kDays = {
    "2024-06-10T20:00:00+00:00/P1D",      "2024-06-10T20:00:00+00:00/PT24H",
    "2024-06-10T20:00:00Z/PT23H59M60S",   "2024-06-10T15:00:00-05:00/2024-06-11T20:00:00Z",
    "2024-06-10T22:00:00+0200/P0DT1440M", "P1D/2024-06-11T20:00:00Z",
    "PT24H/2024-06-11T16:00:00-0400",
};

TEST(ParseInterval, ReadsItsThreeForms) {
  const Interval day{At("2024-06-10T20:00Z"), At("2024-06-11T20:00Z")};
  for (const char* text : kDays) {
    const auto interval = ParseInterval(text);
    ASSERT_TRUE(interval) << interval.error().message;
    EXPECT_EQ(*interval, day) << text;
  }
  EXPECT_EQ(ParseInterval("2021-06-18T03:00:00Z/P7DT22H")->to, At("2021-06-26T01:00Z"));
}

TEST(ParseInterval, HasTheFormsOfTheServicesSpecification) {
  const std::string specification = Captured("weather-gov_openapi_excerpt.yaml");
  const std::string intervals =
      specification.substr(0, specification.find("        ProblemDetail:"));
  const auto patterns = AllOf(intervals, "pattern");
  const auto examples = AllOf(intervals, "example");
  ASSERT_EQ(patterns.size(), 3U);
  ASSERT_EQ(examples.size(), 3U);
  for (const char* text : kDays) {
    EXPECT_EQ(std::count_if(patterns.begin(), patterns.end(),
                            [&](const std::string& pattern) {
                              return std::regex_match(text, std::regex(pattern));
                            }),
              1)
        << text;
  }
  // Its own examples are none of a forecast: 14 months, or of months, whose length is not told.
  EXPECT_THAT(ParseInterval(examples[0]).error().message, HasSubstr("longer than 31 days"));
  EXPECT_THAT(ParseInterval(examples[1]).error().message, HasSubstr("is not of times and of days"));
  EXPECT_THAT(ParseInterval(examples[2]).error().message, HasSubstr("is not of times and of days"));
}

TEST(ParseInterval, CountsHoursAcrossAChangeOfClocks) {
  // The clocks of New York go back in between: 26 hours, which are 25 on the wall.
  EXPECT_EQ(*ParseInterval("2026-10-31T23:00:00-04:00/2026-11-02T00:00:00-05:00"),
            (Interval{At("2026-11-01T03:00Z"), At("2026-11-02T05:00Z")}));
}

TEST(ParseInterval, RefusesWhatHasNoLengthOfItsOwnAndWhatIsNone) {
  for (const char* text : {
           "",
           "/",
           "2024-06-10T20:00:00Z",
           "2024-06-10T20:00:00Z/",
           "2024-06-10T20:00:00Z/P1M",
           "2024-06-10T20:00:00Z/P1Y",
           "2024-06-10T20:00:00Z/P1YT1H",
           "2024-06-10T20:00:00Z/P1W",
           "2024-06-10T20:00:00Z/P",
           "2024-06-10T20:00:00Z/PT",
           "2024-06-10T20:00:00Z/P1DT",
           "2024-06-10T20:00:00Z/PT1M1H",
           "2024-06-10T20:00:00Z/PT1H1H",
           "2024-06-10T20:00:00Z/PT1.5H",
           "2024-06-10T20:00:00Z/PT-1H",
           "2024-06-10T20:00:00Z/PT0S",
           "2024-06-10T20:00:00Z/P32D",
           "2024-06-10T20:00:00Z/P9999999D",
           "2024-06-10T20:00:00Z/PT99999999999999999999H",
           "2024-06-10T20:00:00Z/2024-06-10T20:00:00Z",
           "2024-06-10T20:00:00Z/2024-06-10T19:00:00Z",
           "2024-06-10T20:00:00/PT1H",
           "NOW/PT1H",
           "2024-06-10T20:00:00Z/NOW",
           "PT1H/PT1H",
           "2024-06-10T20:00:00Z/PT1H/PT1H",
       }) {
    const auto interval = ParseInterval(text);
    ASSERT_FALSE(interval) << text;
    EXPECT_EQ(interval.error().kind, Error::Kind::unavailable);
    EXPECT_THAT(interval.error().message, HasSubstr("interval '"));
  }
}

// ---- Points

TEST(ParsePoint, StaysOnTheHostThatWasAsked) {
  const auto point = [](const std::string& url) {
    return R"({"properties":{"forecastGridData":")" + url + R"("}})";
  };
  const char* const asked = "https://api.weather.gov/points/39.7456,-97.0892";
  const std::string good = "https://api.weather.gov/gridpoints/TOP/31,80";
  EXPECT_EQ(*ParsePoint(point(good), asked), good);
  EXPECT_EQ(*ParsePoint(R"({"forecastGridData":")" + good + R"("})", asked), good) << "ld+json";
  for (const char* url : {
           "http://api.weather.gov/gridpoints/TOP/31,80",
           "https://api.weather.gov.example.com/gridpoints/TOP/31,80",
           "https://api.weather.gov@example.com/gridpoints/TOP/31,80",
           "https://api.weather.gov:8443/gridpoints/TOP/31,80",
           "https://example.com/https://api.weather.gov/",
           "/gridpoints/TOP/31,80",
           "https://api.weather.gov/a b",
           "",
       }) {
    const auto found = ParsePoint(point(url), asked);
    ASSERT_FALSE(found) << url;
    EXPECT_THAT(found.error().message, HasSubstr("is not https on the host of")) << url;
  }
  EXPECT_FALSE(ParsePoint(point(good), "api.weather.gov"));
  EXPECT_FALSE(ParsePoint(point("https:///x"), "https:///points"));
  for (const char* body : {"", "<html>", "[]", "{}", R"({"properties":{"forecastGridData":1}})"}) {
    EXPECT_FALSE(ParsePoint(body, asked)) << body;
  }
}

// ---- Layers

std::string Value(const char* interval, const std::string& value) {
  return R"({"validTime":")" + std::string(interval) + R"(","value":)" + value + "}";
}

std::string Layer(const char* name, const char* unit, const std::string& values) {
  return R"(")" + std::string(name) + R"(":{"uom":")" + unit + R"(","values":[)" + values + "]}";
}

std::string Cell(const std::string& layers) {
  return R"({"type":"Feature","properties":{"updateTime":"2021-06-18T01:00:00+00:00")" +
         (layers.empty() ? "" : "," + layers) + "}}";
}

TEST(ParseGridpoint, ReadsLayersOfAnyOrderUnitAndForm) {
  const std::string layers =
      Layer("skyCover", "unit:percent",
            Value("2021-06-18T05:00:00+00:00/PT2H", "null") + "," +
                Value("2021-06-18T03:00:00+00:00/PT1H", "71") + "," +
                Value("2021-06-18T03:00:00+00:00/PT1H", "71")) +
      "," + Layer("windSpeed", "wmoUnit:m_s-1", Value("2021-06-18T03:00:00+00:00/P1D", "10"));
  const std::string ld = R"({"updateTime":"2021-06-18T01:00:00+00:00",)" + layers + "}";
  for (const std::string& body : {Cell(layers), ld}) {
    const auto cell = ParseGridpoint(body);
    ASSERT_TRUE(cell) << cell.error().message;
    EXPECT_EQ(cell->sky_cover,
              (std::vector<Span>{{At("2021-06-18T03:00Z"), At("2021-06-18T04:00Z"), 71},
                                 {At("2021-06-18T05:00Z"), At("2021-06-18T07:00Z"), {}}}));
    EXPECT_EQ(cell->wind,
              (std::vector<Span>{{At("2021-06-18T03:00Z"), At("2021-06-19T03:00Z"), 36}}));
  }
}

TEST(ParseGridpoint, DoesWithoutALayerButNotWithoutBoth) {
  const std::string wind =
      Layer("windSpeed", "wmoUnit:km_h-1", Value("2021-06-18T03:00:00Z/PT1H", "18.52"));
  const auto cell = ParseGridpoint(Cell(wind));
  ASSERT_TRUE(cell) << cell.error().message;
  EXPECT_TRUE(cell->sky_cover.empty());
  for (const std::string& layers :
       {std::string(), Layer("skyCover", "x", ""),
        Layer("skyCover", "wmoUnit:percent", Value("2021-06-18T03:00:00Z/PT1H", "null"))}) {
    EXPECT_EQ(ParseGridpoint(Cell(layers)).error().kind, Error::Kind::not_found) << layers;
  }
}

TEST(ParseGridpoint, RefusesBadBodiesAndSaysWhy) {
  const auto sky = [](const std::string& values) {
    return Cell(Layer("skyCover", "wmoUnit:percent", values));
  };
  const char* const hour = "2021-06-18T03:00:00Z/PT1H";
  const std::vector<std::pair<std::string, const char*>> table = {
      {"", "not a JSON object"},
      {"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD></HTML>", "not a JSON object"},
      {sky(Value(hour, "71")).substr(0, 100), "not a JSON object"},
      {"{}", "updateTime: absent"},
      {R"({"properties":{"updateTime":"2021-06-18"}})", "updateTime: '2021-06-18' is not"},
      {sky("1"), "skyCover: a value is not an object"},
      {sky(R"({"value":1})"), "skyCover: interval '' is not of two parts"},
      {sky(Value(hour, "101")), "skyCover: 2021-06-18T03:00:00Z: value 101 is not from 0 to 100"},
      {sky(Value(hour, "-1")), "value -1 is not from 0 to 100"},
      {sky(Value(hour, "\"71\"")), "value \"71\" is not"},
      {sky(Value(hour, "1e308")), "value 1E308 is not"},
      {sky(Value(hour, "NaN")), "not a JSON object"},
      {sky(Value(hour, "1") + "," + Value("2021-06-18T03:30:00Z/PT1H", "1")),
       "skyCover: two different values for 2021-06-18T03:30:00Z"},
      {sky(Value(hour, "1") + "," + Value(hour, "2")), "two different values"},
      {Cell(Layer("skyCover", "wmoUnit:km_h-1", Value(hour, "1"))),
       "skyCover: uom 'wmoUnit:km_h-1' is no unit of this value"},
      {Cell(Layer("windSpeed", "wmoUnit:percent", Value(hour, "1"))), "windSpeed: uom"},
      {Cell(Layer("windSpeed", "wmoUnit:m_s-1", Value(hour, "200"))), "is not from 0 to 139"},
  };
  for (const auto& [body, why] : table) {
    const auto cell = ParseGridpoint(body);
    ASSERT_FALSE(cell) << body;
    EXPECT_EQ(cell.error().kind, Error::Kind::unavailable) << body;
    EXPECT_THAT(cell.error().message, HasSubstr(why)) << body;
  }
}

// ---- Periods

std::string Period(const std::string& wind, const char* start = "2026-08-28T23:00:00-04:00",
                   const char* end = "2026-08-29T00:00:00-04:00") {
  return R"({"number":1,"startTime":")" + std::string(start) + R"(","endTime":")" + end +
         R"(","windSpeed":)" + wind + "}";
}

std::string Periods(const std::string& periods) {
  return R"({"properties":{"periods":[)" + periods + "]}}";
}

TEST(ParseHourlyWind, ReadsTextsAndQuantities) {
  const std::vector<std::pair<const char*, double>> table = {
      {R"("5 mph")", 5 * kMile},
      {R"("10 to 15 mph")", 12.5 * kMile},
      {R"("25 km/h")", 25},
      {R"({"unitCode":"wmoUnit:km_h-1","value":18.52})", 18.52},
      {R"({"unitCode":"wmoUnit:km_h-1","minValue":10,"maxValue":20})", 15},
      {R"({"unitCode":"wmoUnit:m_s-1","value":10,"maxValue":20})", 36},
  };
  for (const auto& [wind, speed] : table) {
    const auto spans = ParseHourlyWind(Periods(Period(wind)));
    ASSERT_TRUE(spans) << wind << ": " << spans.error().message;
    ASSERT_EQ(spans->size(), 1U);
    EXPECT_EQ(spans->front().from, At("2026-08-29T03:00Z"));
    EXPECT_EQ(spans->front().to, At("2026-08-29T04:00Z"));
    EXPECT_DOUBLE_EQ(*spans->front().value, speed) << wind;
  }
}

TEST(ParseHourlyWind, KeepsNullUnknown) {
  const std::string known =
      Period(R"("5 mph")", "2026-08-29T00:00:00-04:00", "2026-08-29T01:00:00-04:00");
  for (const char* wind :
       {"null", R"({"unitCode":"wmoUnit:km_h-1","value":null})", R"({"unitCode":null})"}) {
    const auto spans = ParseHourlyWind(Periods(known + "," + Period(wind)));
    ASSERT_TRUE(spans) << wind << ": " << spans.error().message;
    ASSERT_EQ(spans->size(), 2U);
    EXPECT_FALSE(spans->front().value);
    EXPECT_EQ(ParseHourlyWind(Periods(Period(wind))).error().kind, Error::Kind::not_found);
  }
}

TEST(ParseHourlyWind, RefusesBadPeriodsAndSaysWhy) {
  const std::vector<std::pair<std::string, const char*>> table = {
      {"<html>", "not a JSON object"},
      {"{}", "holds no periods"},
      {Periods("1"), "a period is not an object"},
      {Periods("{}"), "startTime: absent"},
      {Periods(Period("null", "2026-08-28T23:00:00", "2026-08-29T00:00:00")), "startTime: '"},
      {Periods(Period("null", "2026-08-29T00:00:00Z", "2026-08-29T00:00:00Z")), "a period from"},
      {Periods(Period(R"("calm")")), "windSpeed 'calm' is not a speed"},
      {Periods(Period(R"("-5 mph")")), "is not a speed"},
      {Periods(Period(R"("15 to 10 mph")")), "is not a speed"},
      {Periods(Period(R"("1e308 mph")")), "is not a speed"},
      {Periods(Period(R"("nan mph")")), "is not a speed"},
      {Periods(Period(R"("5 furlongs")")), "is not a speed"},
      {Periods(Period("5")), "windSpeed '5' is not a speed"},
      {Periods(Period(R"({"value":5})")), "windSpeed: unitCode '' is no unit"},
      {Periods(Period(R"({"unitCode":"wmoUnit:km_h-1","value":-5})")),
       "windSpeed: value -5 is not"},
      {Periods(Period(R"("5 mph")") + "," + Period(R"("6 mph")")), "two different values"},
  };
  for (const auto& [body, why] : table) {
    const auto spans = ParseHourlyWind(body);
    ASSERT_FALSE(spans) << body;
    EXPECT_THAT(spans.error().message, HasSubstr(why)) << body;
  }
}

}  // namespace
}  // namespace carbon::feeds::nws
