// SPDX-License-Identifier: Apache-2.0
// What each provider answers instead of values, as its documentation or a captured answer has it,
// and what is made of it: the kind of error, whom it concerns, the words for a person.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feeds/carbon_aware_sdk.h"
#include "feeds/eia.h"
#include "feeds/electricity_maps.h"
#include "feeds/failures.h"
#include "feeds/fixture.h"
#include "feeds/gb_carbon_intensity.h"
#include "feeds/nws.h"
#include "feeds/watttime.h"

namespace carbon::feeds {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kInvalid = Error::Kind::invalid;
constexpr auto kUnavailable = Error::Kind::unavailable;
constexpr auto kNotFound = Error::Kind::not_found;
constexpr auto kDenied = Error::Kind::denied;
constexpr auto kZone = Failure::Scope::zone;
constexpr auto kProvider = Failure::Scope::provider;
const std::string kHtml = "<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>";

struct ErrorRow {
  int status;
  std::string body;
  Error::Kind kind;
  Failure::Scope scope;
  std::string message;
  std::optional<Duration> retry_after = std::nullopt;
};

void Check(Failure (*classify)(int, std::string_view), const std::vector<ErrorRow>& table) {
  for (const ErrorRow& row : table) {
    const Failure failure = classify(row.status, row.body);
    EXPECT_EQ(failure.error.message, row.message) << row.status << " " << row.body;
    EXPECT_EQ(failure.error.kind, row.kind) << row.status << " " << row.body;
    EXPECT_EQ(failure.scope, row.scope) << row.status << " " << row.body;
    EXPECT_EQ(failure.retry_after, row.retry_after) << row.status << " " << row.body;
  }
}

TEST(Errors, OfElectricityMaps) {
  const std::string plan = "the token's plan does not include this zone and endpoint (HTTP ";
  Check(ClassifyError,
        {{401, R"({"error":"Invalid auth-token"})", kDenied, kProvider,
          "the token was refused (HTTP 401): check the token of Electricity Maps"},
         {401,
          R"({"error":"Request unauthorized for zoneKey=PT,requestType=past,)"
          R"(dataType=power-breakdown.","message":"You do not have access to this specific )"
          R"(endpoint for this specific zone. Please visit https://help.electricitymaps.com if )"
          R"(this is a mistake"})",
          kDenied, kZone, plan + "401)"},
         {401, R"({"error":"Token unauthorized for zoneKey=PT"})", kDenied, kZone, plan + "401)"},
         {401, R"({"error":"Endpoint not available"})", kDenied, kZone, plan + "401)"},
         {404, R"({"error":"No recent data for zone \"US-MIDW-MISO\""})", kNotFound, kZone,
          "no recent data for the zone (HTTP 404)"},
         {400, R"({"error":"Missing arguments \"node\""})", kInvalid, kZone,
          R"(the request was refused, HTTP 400: 'Missing arguments "node"')"},
         {400, R"({"error":"Missing or invalid date parameter \"start\""})", kInvalid, kZone,
          R"(the request was refused, HTTP 400: 'Missing or invalid date parameter "start"')"},
         {400, R"({"error":"Expected one of latest, past, past-range"})", kInvalid, kZone,
          "the request was refused, HTTP 400: 'Expected one of latest, past, past-range'"},
         {403, "", kDenied, kZone, plan + "403)"},
         {429, "", kUnavailable, kProvider, "too many requests for the token's plan (HTTP 429)"},
         {500, "", kUnavailable, kZone, "HTTP 500: no reason given"},
         {504, kHtml, kUnavailable, kZone, "HTTP 504: no reason given"}});
}

TEST(Errors, OfWattTime) {
  const std::string refused = "user, password or session was refused (HTTP ";
  const std::string plan = "the plan does not include this region (HTTP 403): ";
  const auto captured = [](const char* name) {
    return Fixture("watttime", std::string("aiowatttime_") + name);
  };
  const std::string query =
      R"({"error":"INVALID_QUERY_PARAMS","message":"You've provided invalid parameters in your )"
      R"(query","docs":"https://docs.watttime.org/"})";
  const std::string words = "'You've provided invalid parameters in your query'";
  Check(watttime::ClassifyError,
        {{401, "", kDenied, kProvider, refused + "401): no reason given"},
         {403, captured("403_forbidden_response.html"), kDenied, kProvider,
          refused + "403): no reason given"},
         {403, captured("invalid_scope_response.json"), kDenied, kZone,
          plan + "'Invalid scope. You do not have sufficient access to this res…'"},
         // Outside the plan, in the words that another status has brought as well.
         {400, captured("invalid_scope_response.json"), kDenied, kZone,
          "the plan does not include this region (HTTP 400): 'Invalid scope. You do not have "
          "sufficient access to this res…'"},
         {403, query, kDenied, kZone, plan + words},
         {400, query, kInvalid, kZone, "the request was refused, HTTP 400: " + words},
         {422, query, kInvalid, kZone, "the request was refused, HTTP 422: " + words},
         {400, R"({"error":"INVALID_QUERY_PARAMS","msg":"Wrong."})", kInvalid, kZone,
          "the request was refused, HTTP 400: 'Wrong.'"},
         {422,
          R"({"detail":[{"loc":["query","latitude"],"msg":"field required",)"
          R"("type":"value_error.missing"}]})",
          kInvalid, kZone, "the request was refused, HTTP 422: 'field required'"},
         {404, captured("coordinates_not_found_response.json"), kNotFound, kZone,
          "HTTP 404: 'No coverage available for these coordinates and signal_type'; check the zone "
          "and the base URL"},
         {400, captured("new_user_fail_response.json"), kInvalid, kZone,
          "the request was refused, HTTP 400: 'That username is taken. Please choose another.'"},
         {400, captured("password_reset_fail_response.json"), kInvalid, kZone,
          "the request was refused, HTTP 400: 'A problem occurred, your request could not be "
          "processed'"},
         {429, "", kUnavailable, kProvider, "too many requests (HTTP 429): no reason given",
          minutes(5)},
         {500, "", kUnavailable, kZone, "HTTP 500: no reason given"}});
}

TEST(Errors, OfGreatBritain) {
  Check(gb::ClassifyError,
        {{400, R"({"error":{"code":"400 Bad Request","message":"string"}})", kInvalid, kZone,
          "the request was refused, HTTP 400: 'string'"},
         {400, "", kInvalid, kZone, "the request was refused, HTTP 400: no reason given"},
         {500,
          R"({"error":{"code":"500 Internal Server Error",)"
          R"("message":"Requested resource not found."}})",
          kUnavailable, kZone, "HTTP 500: 'Requested resource not found.'"},
         {500, R"({"error":{"code":"500 Internal Server Error"}})", kUnavailable, kZone,
          "HTTP 500: '500 Internal Server Error'"},
         {429, "", kUnavailable, kProvider, "too many requests (HTTP 429): no reason given"},
         {502, kHtml, kUnavailable, kZone, "HTTP 502: no reason given"}});
}

TEST(Errors, OfEia) {
  const std::string refused = "the API key was refused (HTTP 403): ";
  Check(
      eia::ClassifyError,
      {{403, R"({"error":{"code":"API_KEY_INVALID","message":"An invalid api_key was supplied."}})",
        kDenied, kProvider, refused + "'An invalid api_key was supplied.'"},
       {403, R"({"error":{"code":"API_KEY_MISSING"}})", kDenied, kProvider,
        refused + "'API_KEY_MISSING'"},
       {403, R"({"error":"API_KEY_INVALID"})", kDenied, kProvider, refused + "'API_KEY_INVALID'"},
       {403, kHtml, kDenied, kProvider, refused + "no reason given"},
       {401, R"({"error":"API_KEY_INVALID"})", kDenied, kProvider,
        "the API key was refused (HTTP 401): 'API_KEY_INVALID'"},
       {429, R"({"error":{"code":"OVER_RATE_LIMIT","message":"Slow down."}})", kUnavailable,
        kProvider, "too many requests (HTTP 429): 'Slow down.'"},
       {403, R"({"error":{"code":"OVER_RATE_LIMIT","message":"Slow down."}})", kUnavailable,
        kProvider, "too many requests (HTTP 429): 'Slow down.'"},
       {400, R"({"error":"Invalid facet 'x'.","code":400})", kInvalid, kZone,
        "the request was refused, HTTP 400: 'Invalid facet 'x'.'"},
       {404, R"({"error":"Not found.","code":404})", kNotFound, kZone,
        "HTTP 404: 'Not found.'; check the zone and the base URL"},
       {500, R"({"error":{"code":1,"message":2}})", kUnavailable, kZone,
        "HTTP 500: no reason given"}});
}

TEST(Errors, OfTheCarbonAwareSdk) {
  Check(sdk::ClassifyError,
        {{204, "", kNotFound, kZone, "HTTP 204: the answer holds no known value"},
         {400,
          R"({"type":"t","title":"ArgumentException","status":400,"detail":"Unknown location.",)"
          R"("traceId":"00-1","errors":{"location":["The location field is required."]}})",
          kInvalid, kZone, "the request was refused, HTTP 400: 'Unknown location.'"},
         {400, R"({"title":"ArgumentException","status":400})", kInvalid, kZone,
          "the request was refused, HTTP 400: 'ArgumentException'"},
         {500, R"({"title":"Exception","status":500,"detail":"d"})", kUnavailable, kZone,
          "HTTP 500: 'd'"},
         {501, R"({"title":"NotImplementedException","status":501})", kNotFound, kZone,
          "the SDK's source has no forecasts (HTTP 501)"},
         {401, R"({"title":"WattTimeClientHttpException"})", kDenied, kProvider,
          "the SDK's source refused the SDK (HTTP 401): 'WattTimeClientHttpException'"},
         {403, "", kDenied, kZone,
          "the SDK's source refused this location (HTTP 403): no reason given"},
         {404, "", kNotFound, kZone, "HTTP 404: no reason given; check the zone and the base URL"},
         {429, "", kUnavailable, kProvider, "too many requests (HTTP 429): no reason given"},
         {503, kHtml, kUnavailable, kZone, "HTTP 503: no reason given"}});
}

TEST(Errors, OfTheNationalWeatherService) {
  const auto problem = [](const char* type, const char* detail) {
    return R"({"type":"https://api.weather.gov/problems/)" + std::string(type) +
           R"(","title":"t","status":1,"detail":")" + detail +
           R"(","instance":"i","correlationId":"c"})";
  };
  Check(nws::ClassifyError,
        {{301, R"({"title":"Adjusting Precision Of Point Coordinate","status":301})", kInvalid,
          kZone, "coordinates take at most four decimals (HTTP 301)"},
         {301, "", kUnavailable, kZone, "HTTP 301, a redirection; check the base URL"},
         {400, problem("BadRequest", "Query parameter x is not recognized"), kInvalid, kZone,
          "the request was refused, HTTP 400: 'Query parameter x is not recognized'"},
         {403, "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD></HTML>", kDenied, kProvider,
          "the service asks for a User-Agent that names the program and a contact (HTTP 403): no "
          "reason given"},
         {404, Fixture("nws", "error_404_NotFound.json"), kNotFound, kZone,
          "HTTP 404: ''/points/12' is not a valid resource path'; check the zone and the base URL"},
         {429, "", kUnavailable, kProvider, "too many requests (HTTP 429): no reason given",
          seconds(5)},
         {500, Fixture("nws", "error_500_UnexpectedProblem.json"), kUnavailable, kZone,
          "HTTP 500: 'An unexpected problem has occurred.'", seconds(10)},
         {503, problem("UnavailableWebService", "Down."), kUnavailable, kZone, "HTTP 503: 'Down.'"},
         {503, problem("ForecastGridExpired", "The requested forecast grid has expired."),
          kUnavailable, kZone, "HTTP 503: 'The requested forecast grid has expired.'"}});
}

TEST(Errors, QuoteLittleAndNothingUnprintable) {
  EXPECT_EQ(Reason(R"({"message":")" + std::string(500, 'x') + R"("})"),
            "'" + std::string(60, 'x') + "…'");
  EXPECT_EQ(Reason("{\"message\":\"a\\r\\nb\\u0000\"}"), "'a??b?'");
  for (const char* body : {"", "[]", "1", "{}", R"({"message":""})", R"({"detail":[]})",
                           R"({"detail":["x"]})", R"({"error":{}})"}) {
    EXPECT_EQ(Reason(body), "no reason given") << body;
  }
}

TEST(Settings, OfRequestsAreChecked) {
  EXPECT_EQ(BaseUrl("", "https://usual"), "https://usual");
  EXPECT_EQ(BaseUrl("https://other//", "https://usual"), "https://other");
  EXPECT_TRUE(CheckBaseUrl("x", "http://127.0.0.1:8080/path"));
  for (const char* url : {"", "ftp://x", "https://x y", "https://x?y", "https://x#y"}) {
    EXPECT_EQ(CheckBaseUrl("x", url).error().kind, kInvalid) << url;
  }
  EXPECT_TRUE(CheckToken("x", "abc", "a key"));
  EXPECT_EQ(CheckToken("x", "", "a key").error(), Invalid("x needs a key"));
  for (const char* token : {"a b", "a\n", "a\x7F"}) {
    EXPECT_EQ(CheckToken("x", token, "a key").error(),
              Invalid("x: the token holds a blank or a character that none has"));
  }
}

}  // namespace
}  // namespace carbon::feeds
