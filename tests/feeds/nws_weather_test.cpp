// SPDX-License-Identifier: Apache-2.0
#include "feeds/nws_weather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "feeds/fixture.h"
#include "feeds/http_feed_case.h"
#include "support/fake_client.h"
#include "support/jumping_clock.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const grid::ZoneId kZone{"US-FLA-TEC"};
/// An hour after the captured forecast was made.
const Time kNow = *ParseTime("2022-02-04T04:10:00Z");

WeatherPoints PointsOf(const std::vector<const char*>& texts) {
  WeatherPoints points;
  for (const char* text : texts) {
    const Status added = AddWeatherPoint(points, text);
    EXPECT_TRUE(added) << added.error().message;
  }
  return points;
}

/// The service, played with its captured answers, each by its path.
class NwsWeatherTest : public HttpFeedTest {
 protected:
  void SetUp() override {
    HttpFeedTest::SetUp();
    clock_.Advance(kNow - kStart);
    Serve([this](const net::ServerRequest& request) {
      const auto found = answers_.find(request.path);
      return found != answers_.end()
                 ? found->second
                 : net::HttpResponse{404, {}, Captured("error_404_NotFound.json")};
    });
    answers_["/points/30.02,-84.98"] = {200, {}, PointBody("/gridpoints/TAE/58,65")};
    answers_["/gridpoints/TAE/58,65"] = {200, {}, Captured("pynws_detailed_forecast.json")};
  }

  void Watch(const std::vector<const char*>& points) {
    auto protocol = MakeNwsWeather(Base("http"), PointsOf(points));
    ASSERT_TRUE(protocol) << protocol.error().message;
    feed_ = MakeHttpFeed(*std::move(protocol), {}, [] { return net::MakeHttpClient({}); }, clock_);
  }
  std::string Base(const char* scheme) const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(server_->port());
  }
  static std::string Captured(const std::string& name) { return Fixture("nws", name); }
  /// The captured point, as this server would tell of it.
  std::string PointBody(const std::string& cell) const {
    std::string body = Captured("pynws_points.json");
    const std::string was = "https://api.weather.gov/gridpoints/TAE/58,65";
    const size_t at = body.find("\"forecastGridData\": \"" + was);
    EXPECT_NE(at, std::string::npos);
    return body.replace(body.find(was, at), was.size(), Base("https") + cell);
  }

  /// Reads once, and keeps what came as the poller does.
  Answer ReadAgain() {
    Answer answer = feed_->Read(kZone, held_ ? &*held_ : nullptr, {});
    if (answer.reading) {
      held_ = answer.reading;
    }
    return answer;
  }
  const grid::PointWeather& Point(size_t index = 0) const { return held_->weather->at(index); }

  std::map<std::string, net::HttpResponse> answers_;
  std::optional<grid::ZoneReading> held_;
};

TEST_F(NwsWeatherTest, AsksForTheCellFirstAndForItsLayersNext) {
  Watch({"US-FLA-TEC=30.02,-84.98"});
  ASSERT_TRUE(ReadAgain().reading);
  EXPECT_THAT(Asked(), ElementsAre("/points/30.02,-84.98"));
  EXPECT_EQ(Point().cell, "/gridpoints/TAE/58,65");
  EXPECT_EQ(Point().cell_asked_at, kNow);
  EXPECT_FALSE(grid::WeatherOver(*held_->weather, "", kNow)) << "nothing is known yet";
  const Answer answer = ReadAgain();
  ASSERT_FALSE(answer.failure) << answer.failure->error.message;
  EXPECT_THAT(Asked(), ElementsAre("/gridpoints/TAE/58,65"));
  EXPECT_EQ(held_->source, "api.weather.gov");
  EXPECT_EQ(Point().updated_at, *ParseTime("2022-02-04T03:15:41Z"));
  EXPECT_EQ(Point().asked_at, kNow);
  const Time hour = *ParseTime("2022-02-04T04:00Z");
  EXPECT_EQ(Point().cloud.start(), hour);
  EXPECT_DOUBLE_EQ(Point().cloud.At(hour)->value(), 0.77);
  EXPECT_DOUBLE_EQ(Point().cloud.At(hour + hours(6))->value(), 0.87);
  EXPECT_DOUBLE_EQ(Point().wind.At(hour)->value(), 14.816);
  EXPECT_DOUBLE_EQ(Point().wind.At(hour + hours(3))->value(), 12.964);
  EXPECT_DOUBLE_EQ(Point().wind.At(*ParseTime("2022-02-11T09:00Z"))->value(), 1.852);
  EXPECT_FALSE(Point().wind.At(*ParseTime("2022-02-11T10:00Z"))) << "nothing is told of it";
}

TEST_F(NwsWeatherTest, SaysWhoAsks) {
  Watch({"US-FLA-TEC=30.02,-84.98"});
  (void)ReadAgain();
  EXPECT_THAT(Header("user-agent"), HasSubstr("carbon-kube"));
  EXPECT_EQ(Header("accept"), "application/geo+json");
}

TEST_F(NwsWeatherTest, AsksForLayersHourlyAndForTheCellDaily) {
  Watch({"US-FLA-TEC=30.02,-84.98"});
  (void)ReadAgain();
  (void)ReadAgain();
  (void)Asked();
  for (int minute = 5; minute < 55; minute += 5) {
    clock_.Advance(minutes(5));
    EXPECT_TRUE(ReadAgain().NothingDue()) << minute;
  }
  EXPECT_THAT(Asked(), IsEmpty());
  clock_.Advance(minutes(10));
  (void)ReadAgain();
  EXPECT_THAT(Asked(), ElementsAre("/gridpoints/TAE/58,65"));
  clock_.Advance(hours(23));
  (void)ReadAgain();
  EXPECT_THAT(Asked(), ElementsAre("/points/30.02,-84.98", "/gridpoints/TAE/58,65"));
}

TEST_F(NwsWeatherTest, AsksWhetherTheLayersHaveChanged) {
  Watch({"US-FLA-TEC=30.02,-84.98"});
  auto& layers = answers_["/gridpoints/TAE/58,65"];
  layers.headers["Last-Modified"] = "Fri, 04 Feb 2022 03:15:41 GMT";
  (void)ReadAgain();
  (void)ReadAgain();
  layers = {304, {}, ""};
  clock_.Advance(hours(1));
  ASSERT_TRUE(ReadAgain().reading);
  EXPECT_EQ(Header("if-modified-since"), "Fri, 04 Feb 2022 03:15:41 GMT");
  EXPECT_EQ(Point().asked_at, kNow + hours(1));
  EXPECT_EQ(Point().updated_at, *ParseTime("2022-02-04T03:15:41Z"));
  EXPECT_DOUBLE_EQ(Point().cloud.Value(0)->value(), 0.67) << "of the hour that it is by now";
}

TEST_F(NwsWeatherTest, APointThatFailsTakesNothingFromTheOthers) {
  Watch({"US-FLA-TEC=30.02,-84.98", "US-FLA-TEC=48.85,2.35"});
  const Answer answer = ReadAgain();
  ASSERT_TRUE(answer.reading);
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->error.kind, Error::Kind::denied);
  EXPECT_EQ(answer.failure->scope, Failure::Scope::zone);
  EXPECT_THAT(answer.failure->error.message,
              HasSubstr("point 48.85,2.35: the service knows no weather there (HTTP 404): "));
  (void)ReadAgain();
  EXPECT_THAT(Asked(),
              ElementsAre("/points/30.02,-84.98", "/points/48.85,2.35", "/gridpoints/TAE/58,65"))
      << "the point that is none is not asked for again at once";
  EXPECT_TRUE(Point(0).cloud.Value(0));
  EXPECT_TRUE(Point(1).cell.empty());
  EXPECT_TRUE(grid::WeatherOver(*held_->weather, "", kNow));
}

TEST_F(NwsWeatherTest, AFailureOfTheServiceLeavesWhatIsHeld) {
  Watch({"US-FLA-TEC=30.02,-84.98"});
  (void)ReadAgain();
  (void)ReadAgain();
  answers_["/gridpoints/TAE/58,65"] = {500, {}, Captured("error_500_UnexpectedProblem.json")};
  clock_.Advance(hours(1));
  const Answer answer = ReadAgain();
  EXPECT_FALSE(answer.reading);
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->error.kind, Error::Kind::unavailable);
  EXPECT_EQ(answer.failure->retry_after, seconds(10));
  EXPECT_EQ(Point().asked_at, kNow);
}

TEST_F(NwsWeatherTest, RefusesAForecastThatIsOverADayOld) {
  Watch({"US-FLA-TEC=30.02,-84.98"});
  (void)ReadAgain();
  clock_.Advance(hours(24));
  const Answer answer = ReadAgain();
  ASSERT_TRUE(answer.failure);
  EXPECT_THAT(answer.failure->error.message,
              HasSubstr("weather 30.02,-84.98: the forecast of 2022-02-04T03:15:41Z is over a day "
                        "old"));
  EXPECT_EQ(Point().asked_at, Time{});
}

TEST_F(NwsWeatherTest, ACellOnAnotherHostIsNotAsked) {
  Watch({"US-FLA-TEC=30.02,-84.98"});
  answers_["/points/30.02,-84.98"].body = Captured("pynws_points.json");
  const Answer answer = ReadAgain();
  EXPECT_FALSE(answer.reading);
  EXPECT_THAT(answer.failure->error.message, HasSubstr("is not https on the host of"));
}

TEST_F(NwsWeatherTest, AsksNothingForAZoneWithoutPoints) {
  Watch({"US-CAL-CISO=34.85,-118.3"});
  EXPECT_TRUE(ReadAgain().NothingDue());
  EXPECT_THAT(Asked(), IsEmpty());
}

TEST_F(NwsWeatherTest, WritesCoordinatesInTheFormThatIsNotRedirected) {
  answers_.clear();
  for (const auto& [text, path] : std::vector<std::pair<const char*, const char*>>{
           {"US-FLA-TEC=30.02000,-84.98", "/points/30.02,-84.98"},
           {"US-FLA-TEC=30.020049,-84.980051", "/points/30.02,-84.9801"},
           {"US-FLA-TEC=30,-100", "/points/30,-100"},
           {"US-FLA-TEC=10.10,-0.00001", "/points/10.1,0"}}) {
    Watch({text});
    (void)ReadAgain();
    EXPECT_THAT(Asked(), ElementsAre(path)) << text;
  }
}

TEST(NwsWeatherFeed, KeepsASecondBetweenItsRequests) {
  const net::FakeClock clock(kNow);
  auto real_clock = std::make_unique<net::JumpingClock>();
  const net::JumpingClock& naps = *real_clock;
  std::vector<net::HttpRequest> sent;
  const auto feed = MakeNwsWeatherFeed(
      "", PointsOf({"X=30,-84", "X=31,-84", "X=32,-84"}),
      net::FakeClient::Factory(
          sent, [](const net::HttpRequest&) { return net::HttpResponse{500, {}, "{}"}; }),
      std::make_shared<net::Pace>(seconds(1), std::move(real_clock)), clock);
  ASSERT_TRUE(feed);
  (void)(*feed)->Read({"X"}, nullptr, {});
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].url, "https://api.weather.gov/points/30,-84");
  EXPECT_THAT(naps.naps(), ElementsAre(seconds(1), seconds(1)));
}

// ---- What a user may write

TEST(AddWeatherPoint, CollectsThePointsOfEachZone) {
  const WeatherPoints points =
      PointsOf({"US-CAL-CISO=34.85,-118.3", "US-NW-BPAT=45.6,-121.1", "US-CAL-CISO=33.7,-115.4"});
  EXPECT_EQ(points.size(), 2U);
  EXPECT_EQ(points.at({"US-CAL-CISO"}),
            (std::vector<grid::GeoPoint>{{34.85, -118.3}, {33.7, -115.4}}));
}

TEST(AddWeatherPoint, RefusesWhatIsNone) {
  for (const char* text : {"", "US-CAL-CISO", "US-CAL-CISO=", "=34.85,-118.3", "US-CAL-CISO=34.85",
                           "US-CAL-CISO=34.85,-118.3,5", "US-CAL-CISO=34.85;-118.3",
                           "US-CAL-CISO=north,west", "US-CAL-CISO=90.1,0", "US-CAL-CISO=0,-180.1",
                           "US-CAL-CISO=nan,0", "US-CAL-CISO=34.85,1e999"}) {
    WeatherPoints points;
    const Status added = AddWeatherPoint(points, text);
    ASSERT_FALSE(added) << text;
    EXPECT_EQ(added.error().kind, Error::Kind::invalid);
    EXPECT_THAT(added.error().message, HasSubstr("is not ZONE=LATITUDE,LONGITUDE")) << text;
  }
}

TEST(AddWeatherPoint, RefusesAPointTwiceAndTooMany) {
  WeatherPoints points = PointsOf({"A=30,-84"});
  EXPECT_EQ(AddWeatherPoint(points, "A=30.00001,-84").error().message,
            "zone A has the point 30,-84 twice");
  for (int i = 1; i < 8; ++i) {
    ASSERT_TRUE(AddWeatherPoint(points, "A=30," + std::to_string(i)));
  }
  EXPECT_EQ(AddWeatherPoint(points, "A=31,0").error().message,
            "a zone has at most 8 points, all zones together 64");
  for (int i = 0; i < 56; ++i) {
    ASSERT_TRUE(AddWeatherPoint(points, "B" + std::to_string(i) + "=30,0"));
  }
  EXPECT_FALSE(AddWeatherPoint(points, "C=30,0"));
}

TEST(NwsWeather, RefusesAUrlThatIsNone) {
  const auto protocol = MakeNwsWeather("weather.gov", {});
  ASSERT_FALSE(protocol);
  EXPECT_THAT(protocol.error().message, HasSubstr("does not start with https://"));
}

}  // namespace
}  // namespace carbon::feeds
