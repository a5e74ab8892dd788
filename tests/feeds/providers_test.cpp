// SPDX-License-Identifier: Apache-2.0
// The table of providers as a whole: each is made by its name and read as the controller reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "feeds/feeds.h"
#include "support/fake_client.h"
#include "support/fake_clock.h"
#include "support/raw_server.h"
#include "support/temp_dir.h"

namespace carbon::feeds {
namespace {

using grid::SignalKind;
using ::testing::HasSubstr;
using ::testing::Not;

const Time kNow = *ParseTime("2026-11-25T12:10:00Z");
const std::string kSecret = "ann:s3cret-of-ann";

const std::string kMoer =
    R"({"data":[{"point_time":"2026-11-25T12:10:00Z","value":1000}],"meta":{"region":"Z",)"
    R"("signal_type":"co2_moer","units":"lbs_co2_per_mwh","data_point_period_seconds":300,)"
    R"("generated_at":"2026-11-25T12:10:00Z"}})";
const std::string kHalfHours =
    R"({"data":[{"from":"2026-11-25T11:30Z","to":"2026-11-25T12:00Z","intensity":{"forecast":90,)"
    R"("actual":95}},{"from":"2026-11-25T12:00Z","to":"2026-11-25T12:30Z",)"
    R"("intensity":{"forecast":100,"actual":null}}]})";

std::string FuelMix() {
  std::string rows;
  for (const char* hour : {"08", "09", "10"}) {
    rows += std::string(rows.empty() ? "" : ",") + R"({"period":"2026-11-25T)" + hour +
            R"(","respondent":"Z","fueltype":"NG","value":"1"})";
  }
  return R"({"response":{"data":[)" + rows + "]}}";
}

/// A provider, where it listens, and what it answers: bodies by a part of the URL.
struct Case {
  std::string name;
  SignalKind kind;
  std::string zone;
  std::string base_url;
  std::vector<std::pair<std::string, std::string>> answers;
  double intensity;
  bool forecasts;
};

std::vector<Case> Cases() {
  const std::string url = "https://example.org";
  return {
      {"electricity-maps",
       SignalKind::average_direct,
       "Z",
       url + "/v3",
       {{"/latest?", R"({"zone":"Z","carbonIntensity":75,"datetime":"2026-11-25T12:00Z"})"},
        {"/forecast?",
         R"({"zone":"Z","forecast":[{"carbonIntensity":80,"datetime":"2026-11-25T12:00Z"}],)"
         R"("updatedAt":"2026-11-25T12:00Z"})"}},
       75,
       true},
      {"watttime",
       SignalKind::marginal,
       "Z",
       url,
       {{"/login", R"({"token":"session"})"}, {"/v3/forecast", kMoer}},
       453.59237,
       true},
      {"gb-carbon-intensity",
       SignalKind::average_direct,
       "GB",
       url,
       {{"/intensity", kHalfHours}},
       95,
       true},
      {"eia", SignalKind::average_direct, "Z", url, {{"fuel-type-data", FuelMix()}}, 370, false},
      {"carbon-aware-sdk",
       SignalKind::marginal,
       "Z",
       url,
       {{"/emissions/bylocation",
         R"([{"time":"2026-11-25T12:00Z","rating":70,"duration":"00:05:00"}])"},
        {"/emissions/forecasts/current",
         R"([{"generatedAt":"2026-11-25T12:00Z","forecastData":[{"timestamp":)"
         R"("2026-11-25T12:10Z","duration":5,"value":71}]}])"}},
       70,
       true},
  };
}

class ProvidersTest : public testing::Test {
 protected:
  std::unique_ptr<Feed> Make(const Case& one, net::FakeClient::Respond respond) {
    auto feed = MakeFeed(one.name, {.base_url = one.base_url, .token = kSecret, .kind = one.kind},
                         net::FakeClient::Factory(sent_, std::move(respond)), clock_);
    EXPECT_TRUE(feed) << feed.error().message;
    return feed ? *std::move(feed) : nullptr;
  }

  net::FakeClock clock_{kNow};
  std::vector<net::HttpRequest> sent_;
};

net::HttpResponse AnswerOf(const Case& one, const net::HttpRequest& request) {
  for (const auto& [part, body] : one.answers) {
    if (request.url.find(part) != std::string::npos) {
      return {.status = 200, .headers = {}, .body = body};
    }
  }
  return {.status = 404, .headers = {}, .body = {}};
}

TEST_F(ProvidersTest, AreReadByTheirNames) {
  for (const Case& one : Cases()) {
    const auto feed =
        Make(one, [&](const net::HttpRequest& request) { return AnswerOf(one, request); });
    const Answer answer = feed->Read({one.zone}, nullptr, {});
    ASSERT_TRUE(answer.reading) << one.name << ": " << answer.failure->error.message;
    EXPECT_FALSE(answer.failure) << one.name << ": " << answer.failure->error.message;
    EXPECT_EQ(answer.reading->source, one.name);
    EXPECT_EQ(answer.reading->kind, one.kind);
    ASSERT_TRUE(answer.reading->latest) << one.name;
    EXPECT_DOUBLE_EQ(answer.reading->latest->intensity.value(), one.intensity) << one.name;
    EXPECT_EQ(answer.reading->forecast.has_value(), one.forecasts) << one.name;
  }
}

TEST_F(ProvidersTest, TellNoSecretWhateverIsAnswered) {
  const std::string echo = "you said " + kSecret + " or s3cret-of-ann";
  const std::vector<net::HttpResponse> answers = {
      {.status = 200, .headers = {}, .body = echo},
      {.status = 200, .headers = {}, .body = R"({"error":")" + echo + R"("})"},
      {.status = 200, .headers = {}, .body = R"({"token":"session","zone":")" + echo + R"("})"},
      {.status = 400, .headers = {}, .body = R"({"message":")" + echo + R"("})"},
      {.status = 401, .headers = {}, .body = R"({"error":{"message":")" + echo + R"("}})"},
      {.status = 403, .headers = {}, .body = R"({"detail":")" + echo + R"("})"},
      {.status = 500, .headers = {}, .body = "<html>" + echo + "</html>"},
  };
  for (const Case& one : Cases()) {
    for (const net::HttpResponse& said : answers) {
      const auto feed = Make(one, [&](const net::HttpRequest&) { return said; });
      const Answer answer = feed->Read({one.zone}, nullptr, {});
      ASSERT_TRUE(answer.failure) << one.name << " " << said.status;
      EXPECT_THAT(answer.failure->error.message, Not(HasSubstr("s3cret"))) << one.name;
    }
  }
}

TEST_F(ProvidersTest, SayTheHostAndNotTheKeyWhereItIsDown) {
  for (const Case& one : Cases()) {
    const auto feed = Make(one, [](const net::HttpRequest& request) {
      return Result<net::HttpResponse>(Unavailable("GET " + request.url + ": refused"));
    });
    const Answer answer = feed->Read({one.zone}, nullptr, {});
    ASSERT_TRUE(answer.failure);
    EXPECT_THAT(answer.failure->error.message, HasSubstr("https://example.org"));
    EXPECT_THAT(answer.failure->error.message, Not(HasSubstr("s3cret"))) << one.name;
  }
}

TEST_F(ProvidersTest, TellNoUrlWithAKeyWhereNobodyListens) {
  const std::string nobody = RawServer([](Peer&) {}).Url("");
  for (const Case& one : Cases()) {
    const std::string path = one.base_url.substr(std::string("https://example.org").size());
    const auto feed = MakeFeed(
        one.name, {.base_url = nobody + path, .token = kSecret, .kind = one.kind},
        [] { return net::MakeHttpClient({}); }, clock_);
    ASSERT_TRUE(feed) << feed.error().message;
    const Answer answer = (*feed)->Read({one.zone}, nullptr, {});
    ASSERT_TRUE(answer.failure) << one.name;
    EXPECT_THAT(answer.failure->error.message, HasSubstr("GET " + nobody)) << one.name;
    EXPECT_THAT(answer.failure->error.message, Not(HasSubstr("s3cret"))) << one.name;
    EXPECT_THAT(answer.failure->error.message, Not(HasSubstr("api_key"))) << one.name;
  }
}

TEST_F(ProvidersTest, IncludeFilesThatNeedNoClient) {
  const TempDir dir;
  dir.Write("DE.csv", "time,g_per_kwh\n2026-11-25T12:00Z,50\n");
  const auto feed = MakeFeed("file", {.base_url = dir.Path(".")}, {}, clock_);
  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ((*feed)->Read({"DE"}, nullptr, {}).reading->latest->intensity, GramsPerKwh(50));
}

TEST_F(ProvidersTest, AreAllTestedHere) {
  std::vector<std::string> tested = {"file"};
  for (const Case& one : Cases()) {
    tested.push_back(one.name);
  }
  for (const Provider& provider : Providers()) {
    EXPECT_THAT(tested, testing::Contains(provider.name));
    EXPECT_FALSE(provider.summary.empty());
  }
  EXPECT_EQ(tested.size(), Providers().size());
}

}  // namespace
}  // namespace carbon::feeds
