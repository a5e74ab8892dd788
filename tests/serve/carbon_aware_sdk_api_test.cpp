// SPDX-License-Identifier: Apache-2.0
#include "serve/carbon_aware_sdk_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/known_grid.h"

namespace carbon::serve {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CarbonAwareSdkApi : public testing::Test {
 protected:
  /// The body of an answer with status 200.
  json::value Body(const std::string& target, Time now = kNow) const {
    return BodyOf(target, grid_.Get(target, now));
  }
  static json::value BodyOf(const std::string& what, const net::HttpResponse& response) {
    EXPECT_EQ(response.status, 200) << what << ": " << response.body;
    EXPECT_EQ(response.headers.at("content-type"), "application/json; charset=utf-8");
    return response.status == 200 ? json::parse(response.body) : json::value();
  }
  int StatusOf(const std::string& target, Time now = kNow) const {
    return grid_.Get(target, now).status;
  }
  /// "location time rating" of each point.
  std::vector<std::string> Points(const std::string& target, Time now = kNow) const {
    std::vector<std::string> points;
    const json::value body = Body(target, now);
    for (const json::value& point : body.as_array()) {
      points.push_back(std::string(point.at("location").as_string()) + " " +
                       std::string(point.at("time").as_string()).substr(0, 16) + " " +
                       Fixed(point.at("rating").to_number<double>(), 0));
    }
    return points;
  }
  /// The values of a forecast's points.
  static std::vector<double> Values(const json::value& points) {
    std::vector<double> values;
    for (const json::value& point : points.as_array()) {
      values.push_back(point.at("value").to_number<double>());
    }
    return values;
  }
  /// The messages about one parameter of an answer with status 400.
  static std::string Complaint(const net::HttpResponse& response, const std::string& parameter) {
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_EQ(response.headers.at("content-type"), "application/problem+json; charset=utf-8");
    const json::object errors = json::parse(response.body).at("errors").as_object();
    const json::value* messages = errors.if_contains(parameter);
    return messages == nullptr ? "none, in " + response.body
                               : std::string(messages->as_array().front().as_string());
  }

  KnownGrid grid_;
};

// ---- /emissions/bylocation

TEST_F(CarbonAwareSdkApi, TellsTheNewestObservationWhereNoTimeIsAsked) {
  const std::string at = "/emissions/bylocation?location=eu-central-1";
  const std::string as_sdk =
      R"([{"location":"eu-central-1","time":"2021-08-02T06:00:00+00:00","rating":129,)"
      R"("duration":"01:00:00")";
  EXPECT_EQ(grid_.Get(at).body, as_sdk + "}]");
  EXPECT_EQ(grid_.Get(at + "&details=false").body, as_sdk + "}]");
  EXPECT_EQ(grid_.Get(at + "&details=true").body,
            as_sdk + R"(,"zone":"DE","kind":"average-lifecycle","rung":"fresh",)"
                     R"("estimated":true,"source":"first"}])");
}

TEST_F(CarbonAwareSdkApi, TellsAnOlderObservationWithItsOwnTime) {
  EXPECT_THAT(Points("/emissions/bylocation?location=DE", kNow + hours(9)),
              ElementsAre("DE 2021-08-02T06:00 129"));
  EXPECT_FALSE(Body("/emissions/bylocation?location=DE&details=true", kNow + hours(9))
                   .at(0)
                   .as_object()
                   .contains("rung"))
      << "the board does not speak of then";
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=DE", kNow + hours(25)), 204);
}

TEST_F(CarbonAwareSdkApi, NeverTellsWhatIsExpectedAsObserved) {
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=SE"), 204) << "a forecast only";
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=CH"), 204) << "a yearly mean only";
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=us-east-1"), 204) << "unknown";
  EXPECT_EQ(grid_.Get("/emissions/bylocation?location=SE").body, "");
  const std::string future = "&time=2021-08-02T07:00Z&toTime=2021-08-03T00:00Z";
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=DE" + future), 204);
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=SE" + future), 204);
}

TEST_F(CarbonAwareSdkApi, TellsWhatTheStandInMeasured) {
  const auto body = Body("/emissions/bylocation?location=eu-west-1&details=true");
  EXPECT_EQ(body.at(0).at("rating"), 300);
  EXPECT_EQ(body.at(0).at("rung"), "second-provider");
  EXPECT_EQ(body.at(0).at("estimated"), false);
  EXPECT_THAT(Points("/emissions/bylocation?location=IE&time=2021-08-02T00:00Z&toTime="
                     "2021-08-02T12:00Z"),
              ElementsAre("IE 2021-08-02T06:00 300"));
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=IE&time=2021-08-02T05:00Z"), 204);
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=IE", kNow + hours(1)), 204)
      << "the board does not speak of then";
}

TEST_F(CarbonAwareSdkApi, TellsTheStepsOfATimeAndLeavesGapsOut) {
  EXPECT_THAT(
      Points("/emissions/bylocation?location=DE&time=2021-08-02T01:30Z&toTime="
             "2021-08-02T05:00Z"),
      ElementsAre("DE 2021-08-02T01:00 124", "DE 2021-08-02T02:00 125", "DE 2021-08-02T04:00 127"));
  EXPECT_THAT(Points("/emissions/bylocation?location=DE&time=2021-08-02T02:59:59Z"),
              ElementsAre("DE 2021-08-02T02:00 125"))
      << "without an end, the step that holds the time";
  EXPECT_EQ(StatusOf("/emissions/bylocation?location=DE&time=2021-08-02T03:00Z"), 204);
  EXPECT_EQ(Points("/emissions/bylocation?location=DE&time=2021-07-15&toTime=2021-08-03").size(),
            29U)
      << "all that is kept, and nothing of the future";
}

TEST_F(CarbonAwareSdkApi, TakesTimesWithoutAnOffsetForUtc) {
  const std::vector<std::string> want = {"DE 2021-08-02T02:00 125"};
  for (const char* time : {"2021-08-02T02:00:00Z", "2021-08-02T02:00:00", "2021-08-02T02:00",
                           "2021-08-02T04:00:00%2B02:00"}) {
    EXPECT_EQ(Points("/emissions/bylocation?location=DE&time=" + std::string(time)), want) << time;
  }
}

TEST_F(CarbonAwareSdkApi, DoesNotCareForTheCaseOfNames) {
  for (const char* target : {"/emissions/bylocation?location=Eu-Central-1",
                             "/Emissions/ByLocation?Location=EU-CENTRAL-1",
                             "/emissions/bylocation/?LOCATION=EU-CENTRAL-1"}) {
    EXPECT_EQ(Body(target).at(0).at("rating"), 129) << target;
  }
  EXPECT_EQ(Body("/emissions/bylocation?location=dE").at(0).at("location"), "dE")
      << "as it was asked for";
}

TEST_F(CarbonAwareSdkApi, TheFirstOfSeveralLocationsCountsWhereOneIsAsked) {
  EXPECT_THAT(Points("/emissions/bylocation?location=&location=DE&location=IE"),
              ElementsAre("DE 2021-08-02T06:00 129"));
}

// ---- /emissions/bylocations, /best

TEST_F(CarbonAwareSdkApi, TellsSeveralLocationsInTheirOrder) {
  EXPECT_THAT(Points("/emissions/bylocations?location=eu-west-1&location=eu-north-1&location="
                     "eu-central-1"),
              ElementsAre("eu-west-1 2021-08-02T06:00 300", "eu-central-1 2021-08-02T06:00 129"))
      << "of the second nothing was observed";
  EXPECT_THAT(Points("/emissions/bylocations?locations=IE&locations=DE"),
              ElementsAre("IE 2021-08-02T06:00 300", "DE 2021-08-02T06:00 129"))
      << "as the SDK's documentation writes it";
  EXPECT_EQ(StatusOf("/emissions/bylocations?location=SE&location=CH"), 204);
}

TEST_F(CarbonAwareSdkApi, TellsTheBestOfAllLocationsAndTimes) {
  EXPECT_THAT(Points("/emissions/bylocations/best?location=IE&location=DE"),
              ElementsAre("DE 2021-08-02T06:00 129"));
  EXPECT_THAT(Points("/emissions/bylocations/best?location=DE&location=IE&time=2021-08-02T04:00Z"
                     "&toTime=2021-08-02T07:00Z"),
              ElementsAre("DE 2021-08-02T04:00 127"));
  EXPECT_THAT(Points("/emissions/bylocations/best?location=DE&location=eu-central-1"),
              ElementsAre("DE 2021-08-02T06:00 129", "eu-central-1 2021-08-02T06:00 129"))
      << "all that are as good, as with the SDK";
  EXPECT_EQ(StatusOf("/emissions/bylocations/best?location=SE"), 204);
}

// ---- /emissions/forecasts/current

TEST_F(CarbonAwareSdkApi, ForecastsAsTheSdkDoes) {
  const std::string at =
      "/emissions/forecasts/current?location=eu-north-1&dataStartAt=2021-08-02T06:00Z&dataEndAt="
      "2021-08-02T08:00Z";
  const std::string as_sdk =
      R"([{"generatedAt":"2021-08-02T05:00:00+00:00",)"
      R"("requestedAt":"2021-08-02T06:20:00+00:00","location":"eu-north-1",)"
      R"("dataStartAt":"2021-08-02T06:00:00+00:00","dataEndAt":"2021-08-02T08:00:00+00:00",)"
      R"("windowSize":60,"optimalDataPoints":[{"location":"SE",)"
      R"("timestamp":"2021-08-02T07:00:00+00:00","duration":60,"value":40}],)"
      R"("forecastData":[{"location":"SE","timestamp":"2021-08-02T06:00:00+00:00",)"
      R"("duration":60,"value":50},{"location":"SE",)"
      R"("timestamp":"2021-08-02T07:00:00+00:00","duration":60,"value":40}])";
  EXPECT_EQ(grid_.Get(at).body, as_sdk + "}]");
  EXPECT_EQ(grid_.Get(at + "&details=true").body,
            as_sdk + R"(,"zone":"SE","kind":"average-lifecycle","rung":"fresh",)"
                     R"("estimated":true,"source":"first"}])");
}

TEST_F(CarbonAwareSdkApi, ForecastsAllStepsButTheUnknown) {
  const auto forecast = Body("/emissions/forecasts/current?location=SE").at(0);
  const auto values = Values(forecast.at("forecastData"));
  EXPECT_EQ(values.size(), 29U);
  EXPECT_EQ(std::vector<double>(values.begin(), values.begin() + 5),
            (std::vector<double>{50, 40, 30, 30, 60}));
  EXPECT_EQ(forecast.at("dataEndAt"), "2021-08-03T12:00:00+00:00");
  EXPECT_EQ(Values(forecast.at("optimalDataPoints")), (std::vector<double>{30, 30}))
      << "all that are as good, as with the SDK";
  EXPECT_EQ(forecast.at("optimalDataPoints").at(0).at("timestamp"), "2021-08-02T08:00:00+00:00")
      << "the earliest first";
}

TEST_F(CarbonAwareSdkApi, ForecastsFromTheRunningStepOn) {
  const auto forecast =
      Body("/emissions/forecasts/current?location=SE", kNow + hours(2) + minutes(30)).at(0);
  EXPECT_EQ(forecast.at("dataStartAt"), "2021-08-02T08:00:00+00:00");
  EXPECT_EQ(Values(forecast.at("forecastData")).front(), 30);
}

TEST_F(CarbonAwareSdkApi, SmoothsOverWindowsThatLieInTheScope) {
  const auto forecast = Body(
                            "/emissions/forecasts/current?location=SE&windowSize=120&dataStartAt="
                            "2021-08-02T06:00Z&dataEndAt=2021-08-02T11:00Z")
                            .at(0);
  EXPECT_EQ(Values(forecast.at("forecastData")), (std::vector<double>{45, 35, 30, 45}));
  EXPECT_EQ(Values(forecast.at("optimalDataPoints")), (std::vector<double>{30}));
  EXPECT_EQ(forecast.at("optimalDataPoints").at(0).at("timestamp"), "2021-08-02T08:00:00+00:00");
  EXPECT_EQ(forecast.at("optimalDataPoints").at(0).at("duration"), 120);
  EXPECT_EQ(forecast.at("windowSize"), 120);
}

TEST_F(CarbonAwareSdkApi, WindowsBeginWhereTheScopeBeginsAndMayBeShorterThanAStep) {
  const std::string at = "/emissions/forecasts/current?location=SE&dataStartAt=2021-08-02T06:30Z&";
  const auto half =
      Values(Body(at + "windowSize=60&dataEndAt=2021-08-02T09:00Z").at(0).at("forecastData"));
  EXPECT_EQ(half, (std::vector<double>{45, 35})) << "half of one step and half of the next";
  const auto shorter = Body(at + "windowSize=10&dataEndAt=2021-08-02T08:40Z").at(0);
  EXPECT_EQ(Values(shorter.at("forecastData")), (std::vector<double>{50, 40, 30}));
  EXPECT_EQ(shorter.at("forecastData").at(1).at("timestamp"), "2021-08-02T07:30:00+00:00");
}

TEST_F(CarbonAwareSdkApi, LeavesWindowsOutThatHoldAGap) {
  const std::string at =
      "/emissions/forecasts/current?location=SE&dataStartAt=2021-08-03T03:00Z&dataEndAt="
      "2021-08-03T08:00Z";
  EXPECT_EQ(Values(Body(at).at(0).at("forecastData")).size(), 4U);
  const auto windows = Body(at + "&windowSize=120").at(0).at("forecastData").as_array();
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].at("timestamp"), "2021-08-03T03:00:00+00:00");
  EXPECT_EQ(windows[1].at("timestamp"), "2021-08-03T06:00:00+00:00");
}

TEST_F(CarbonAwareSdkApi, AWindowLongerThanTheForecastLeavesNothing) {
  const auto forecast = Body("/emissions/forecasts/current?location=SE&windowSize=40000").at(0);
  EXPECT_TRUE(forecast.at("forecastData").as_array().empty());
  EXPECT_TRUE(forecast.at("optimalDataPoints").as_array().empty());
}

TEST_F(CarbonAwareSdkApi, ForecastsSeveralLocationsAndLeavesOutTheUnknown) {
  const auto forecasts =
      Body("/emissions/forecasts/current?location=DE&location=us-east-1&location=SE&details=true")
          .as_array();
  ASSERT_EQ(forecasts.size(), 2U);
  EXPECT_EQ(forecasts[0].at("location"), "DE");
  EXPECT_EQ(forecasts[0].at("source"), "first");
  EXPECT_EQ(forecasts[1].at("location"), "SE");
  EXPECT_EQ(StatusOf("/emissions/forecasts/current?location=CH"), 204)
      << "a yearly mean is no forecast";
  EXPECT_EQ(StatusOf("/emissions/forecasts/current?location=us-east-1"), 204);
}

TEST_F(CarbonAwareSdkApi, AScopeOutsideTheForecastIsRefused) {
  const std::string at = "/emissions/forecasts/current?location=SE&";
  const std::string range =
      "must be within time range of the forecasted data, '2021-08-02T06:00:00+00:00' through "
      "'2021-08-03T12:00:00+00:00'";
  EXPECT_EQ(Complaint(grid_.Get(at + "dataStartAt=2021-08-02T05:59Z"), "dataStartAt"),
            "dataStartAt " + range);
  EXPECT_EQ(Complaint(grid_.Get(at + "dataEndAt=2021-08-03T12:01Z"), "dataEndAt"),
            "dataEndAt " + range);
  EXPECT_EQ(Complaint(grid_.Get(at + "dataStartAt=2021-08-02T08:00Z&dataEndAt=2021-08-02T08:00Z"),
                      "dataStartAt"),
            "dataStartAt must be before dataEndAt");
  EXPECT_EQ(StatusOf(at + "dataEndAt=2021-08-03T12:00Z"), 200);
}

// ---- /emissions/forecasts/batch

TEST_F(CarbonAwareSdkApi, SaysThatPastForecastsAreNotKept) {
  const auto response = grid_.Post(
      "/emissions/forecasts/batch",
      R"([{"location":"eu-north-1","requestedAt":"2021-08-01T08:30:00Z","windowSize":30,)"
      R"("dataStartAt":"2021-08-01T09:00:00Z","dataEndAt":"2021-08-01T18:00:00Z"}])");
  EXPECT_EQ(response.status, 501);
  const auto problem = json::parse(response.body);
  EXPECT_EQ(problem.at("title"), "NotImplementedException");
  EXPECT_EQ(problem.at("status"), 501);
  EXPECT_THAT(std::string(problem.at("detail").as_string()), HasSubstr("not kept"));
}

TEST_F(CarbonAwareSdkApi, RefusesABadBatchOfForecasts) {
  const auto complaint = [&](const std::string& body, const char* parameter) {
    return Complaint(grid_.Post("/emissions/forecasts/batch", body), parameter);
  };
  EXPECT_EQ(complaint("", "requestedForecasts"), "the body is not a JSON array");
  EXPECT_EQ(complaint("{}", "requestedForecasts"), "the body is not a JSON array");
  EXPECT_THAT(complaint("[]", "requestedForecasts"), HasSubstr("holds 0 entries"));
  EXPECT_EQ(complaint("[1]", "[0]"), "is not an object");
  EXPECT_EQ(complaint("[{}]", "[0].location"), "The location field is required.");
  EXPECT_EQ(complaint(R"([{"location":"SE"}])", "[0].requestedAt"),
            "The requestedAt field is required.");
  EXPECT_EQ(complaint(R"([{"location":"SE","requestedAt":null}])", "[0].requestedAt"),
            "The requestedAt field is required.");
  EXPECT_THAT(
      complaint(R"([{"location":"SE","requestedAt":"2021-9-1T08:30:00Z"}])", "[0].requestedAt"),
      HasSubstr("'2021-9-1T08:30:00Z' is not"));
  EXPECT_THAT(complaint(R"([{"location":"SE","requestedAt":"2021-08-01","windowSize":-1}])",
                        "[0].windowSize"),
              HasSubstr("'-1' is not a whole number"));
}

// ---- /emissions/average-carbon-intensity

TEST_F(CarbonAwareSdkApi, TellsTheMeanOfWhatWasObserved) {
  const std::string at =
      "/emissions/average-carbon-intensity?location=eu-central-1&startTime=2021-08-02T01:30Z"
      "&endTime=2021-08-02T03:00Z";
  const std::string as_sdk =
      R"({"location":"eu-central-1","startTime":"2021-08-02T01:30:00+00:00",)"
      R"("endTime":"2021-08-02T03:00:00+00:00","carbonIntensity":124.66666666666667)";
  EXPECT_EQ(grid_.Get(at).body, as_sdk + "}") << "half of 124 and all of 125";
  EXPECT_EQ(grid_.Get(at + "&details=TRUE").body,
            as_sdk + R"(,"zone":"DE","kind":"average-lifecycle"})");
}

TEST_F(CarbonAwareSdkApi, RefusesAMeanOverWhatWasNotObserved) {
  const std::string at = "/emissions/average-carbon-intensity?location=DE&";
  EXPECT_EQ(Complaint(grid_.Get(at + "startTime=2021-08-02T02:00Z&endTime=2021-08-02T05:00Z"),
                      "startTime"),
            "Period out of range. Only 2h of the 3h have been observed");
  EXPECT_EQ(Complaint(grid_.Get(at + "startTime=2021-08-02T06:00Z&endTime=2021-08-02T08:00Z"),
                      "startTime"),
            "Period out of range. Only 1h of the 2h have been observed");
  EXPECT_EQ(StatusOf(at + "startTime=2021-08-02T06:00Z&endTime=2021-08-02T06:20Z"), 200);
  EXPECT_EQ(StatusOf(at + "startTime=2021-08-02T03:00Z&endTime=2021-08-02T04:00Z"), 204);
  EXPECT_EQ(StatusOf(at + "startTime=2021-08-02T07:00Z&endTime=2021-08-02T08:00Z"), 204);
  EXPECT_EQ(StatusOf("/emissions/average-carbon-intensity?location=SE&startTime="
                     "2021-08-02T06:00Z&endTime=2021-08-02T07:00Z"),
            204);
}

TEST_F(CarbonAwareSdkApi, TellsManyMeansInTheirOrder) {
  const auto response = grid_.Post(
      "/emissions/average-carbon-intensity/batch",
      R"([{"location":"DE","startTime":"2021-08-02T01:00:00","endTime":"2021-08-02T03:00:00"},)"
      R"({"Location":"IE","StartTime":"2021-08-02T06:00:00Z","EndTime":"2021-08-02T06:20:00Z"},)"
      R"({"location":"DE","startTime":"2021-08-02T05:00:00Z","endTime":"2021-08-02T06:00:00Z"}])");
  const auto means = BodyOf("batch", response);
  ASSERT_EQ(means.as_array().size(), 3U);
  EXPECT_EQ(means.at(0).at("carbonIntensity"), 124.5);
  EXPECT_EQ(means.at(0).at("startTime"), "2021-08-02T01:00:00+00:00");
  EXPECT_EQ(means.at(1).at("carbonIntensity"), 300);
  EXPECT_EQ(means.at(1).at("location"), "IE");
  EXPECT_EQ(means.at(2).at("carbonIntensity"), 128);
}

TEST_F(CarbonAwareSdkApi, AnswersABatchOfMeansAsAWholeOrNot) {
  const std::string target = "/emissions/average-carbon-intensity/batch";
  const std::string good =
      R"({"location":"DE","startTime":"2021-08-02T01:00Z","endTime":"2021-08-02T02:00Z"})";
  const std::string unknown =
      R"({"location":"SE","startTime":"2021-08-02T01:00Z","endTime":"2021-08-02T02:00Z"})";
  EXPECT_EQ(Complaint(grid_.Post(target, "[" + good + "," + unknown + "]"), "[1].startTime"),
            "Period out of range. Only 0s of the 1h have been observed");
  EXPECT_EQ(grid_.Post(target, "[" + unknown + "]").status, 204);
  EXPECT_EQ(Complaint(grid_.Post(target, "[" + good + R"(,{"location":"DE"}])"), "[1].startTime"),
            "The startTime field is required.");
  EXPECT_EQ(Complaint(grid_.Post(target, "nonsense"), "requestedCarbonIntensities"),
            "the body is not a JSON array");
}

// ---- The rest

TEST_F(CarbonAwareSdkApi, ListsTheLocations) {
  const auto locations = Body("/locations").as_object();
  std::vector<std::string> names;
  for (const auto& location : locations) {
    names.emplace_back(location.key().data(), location.key().size());
  }
  EXPECT_THAT(names, ElementsAre("CH", "DE", "IE", "SE", "US-MIDA-PJM", "eu-central-1",
                                 "eu-north-1", "eu-west-1", "us-east-1"));
  const std::string as_sdk = R"({"Latitude":null,"Longitude":null,"Name":"us-east-1")";
  EXPECT_EQ(json::serialize(locations.at("us-east-1")), as_sdk + "}");
  EXPECT_EQ(json::serialize(Body("/locations?details=true").at("us-east-1")),
            as_sdk + R"(,"Zone":"US-MIDA-PJM"})");
  for (const std::string& name : names) {
    EXPECT_NE(StatusOf("/emissions/bylocation?location=" + name), 400) << name;
  }
}

TEST(CarbonAwareSdkApiAtFirst, HasNoLocationBeforeThereIsABoard) {
  const grid::Board board;
  const Regions regions = {{"eu-central-1", {"DE"}}};
  const GridKnowledge known{
      .now = kNow,
      .board = board,
      .observed = [](const grid::ZoneId&, Time, Time) { return grid::Series(); },
      .regions = regions};
  auto request = *net::ParseTarget("/locations");
  request.method = "GET";
  EXPECT_EQ(AnswerCarbonAwareSdk(request, known).status, 204);
}

TEST_F(CarbonAwareSdkApi, IsHealthy) {
  EXPECT_EQ(grid_.Get("/health").status, 200);
  EXPECT_EQ(grid_.Get("/health").body, "Healthy");
}

TEST_F(CarbonAwareSdkApi, AnUnknownLocationIsRefused) {
  for (const char* target : {"/emissions/bylocation?", "/emissions/bylocations?location=DE&",
                             "/emissions/bylocations/best?", "/emissions/forecasts/current?",
                             "/emissions/average-carbon-intensity?startTime=2021-08-02T01:00Z"
                             "&endTime=2021-08-02T02:00Z&"}) {
    EXPECT_EQ(Complaint(grid_.Get(target + std::string("location=mars")), "location"),
              "Unknown Location: 'mars' not found; GET /locations lists those that are served")
        << target;
  }
  EXPECT_THAT(Complaint(grid_.Get("/emissions/bylocation?location=eu-west-9"), "location"),
              HasSubstr("'eu-west-9' not found"))
      << "its zone is not watched";
  EXPECT_THAT(Complaint(grid_.Post("/emissions/average-carbon-intensity/batch",
                                   R"([{"location":"mars","startTime":"2021-08-02",)"
                                   R"("endTime":"2021-08-03"}])"),
                        "[0].location"),
              HasSubstr("Unknown Location: 'mars'"));
}

TEST_F(CarbonAwareSdkApi, SaysAllThatIsWrongAtOnce) {
  const auto response = grid_.Get("/emissions/bylocation?time=soon&toTime=later");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            R"({"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1",)"
            R"("title":"ArgumentException","status":400,"detail":"Invalid parameters","errors":{)"
            R"("location":["The location field is required."],)"
            R"("time":["'soon' is not a time such as 2021-08-02T14:00:00Z"],)"
            R"("toTime":["'later' is not a time such as 2021-08-02T14:00:00Z"]}})");
}

TEST_F(CarbonAwareSdkApi, RefusesTimesThatMakeNoSense) {
  const std::string at = "/emissions/bylocation?location=DE&";
  EXPECT_EQ(Complaint(grid_.Get(at + "toTime=2021-08-02"), "time"),
            "time must be defined if toTime is defined");
  EXPECT_EQ(Complaint(grid_.Get(at + "time=2021-08-02&toTime=2021-08-02"), "time"),
            "time must be before toTime");
  EXPECT_EQ(Complaint(grid_.Get("/emissions/average-carbon-intensity?location=DE&startTime="
                                "2021-08-02&endTime=2021-08-01"),
                      "startTime"),
            "startTime must be before endTime");
  EXPECT_EQ(Complaint(grid_.Get("/emissions/average-carbon-intensity?location=DE"), "endTime"),
            "The endTime field is required.");
  for (const char* target : {"/locations?", "/emissions/bylocation?location=DE&",
                             "/emissions/forecasts/current?location=DE&"}) {
    EXPECT_EQ(Complaint(grid_.Get(target + std::string("details=some")), "details"),
              "'some' is neither true nor false");
  }
}

TEST_F(CarbonAwareSdkApi, RefusesOtherPathsAndMethods) {
  for (const char* path :
       {"/", "/emissions", "/emissions/", "/emissions/bylocation/x", "/metrics", "/swagger"}) {
    const auto response = grid_.Get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(json::parse(response.body).at("status"), 404) << path;
  }
  const auto posted = grid_.Post("/emissions/bylocation", "");
  EXPECT_EQ(posted.status, 405);
  EXPECT_EQ(posted.headers.at("allow"), "GET");
  const auto got = grid_.Get("/emissions/forecasts/batch");
  EXPECT_EQ(got.status, 405);
  EXPECT_EQ(got.headers.at("allow"), "POST");
  auto head = *net::ParseTarget("/health");
  head.method = "HEAD";
  EXPECT_EQ(grid_.Ask(head).status, 200);
}

}  // namespace
}  // namespace carbon::serve
