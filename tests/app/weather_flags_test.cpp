// SPDX-License-Identifier: Apache-2.0
#include "app/signal_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/clock.h"
#include "support/command_line.h"

namespace carbon::app {
namespace {

using ::testing::HasSubstr;

SignalFlags Parse(std::vector<std::string> arguments) {
  SignalFlags flags;
  CLI::App command;
  AddSignalFlags(command, flags);
  ParseInOrder(command, std::move(arguments));
  return flags;
}

const std::unique_ptr<net::Clock> kClock = net::MakeRealClock();

TEST(WeatherFlags, AreOffWithoutAPoint) {
  const auto feed = MakeWeather(Parse({}), *kClock);
  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ(*feed, nullptr);
}

TEST(WeatherFlags, MakeTheFeedOfTheirPoints) {
  const SignalFlags flags = Parse(
      {"--weather-point", "US-CAL-CISO=34.85,-118.3", "--weather-point=US-CAL-CISO=33.7,-115.4"});
  EXPECT_EQ(flags.weather_points.size(), 2U);
  EXPECT_EQ(flags.weather_url, "https://api.weather.gov");
  const auto feed = MakeWeather(flags, *kClock);
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_NE(*feed, nullptr);
  EXPECT_EQ((*feed)->Name(), "api.weather.gov");
}

TEST(WeatherFlags, RefuseWhatIsWrongAndSayWhat) {
  const std::vector<std::pair<std::vector<std::string>, const char*>> table = {
      {{"--weather-point", "34.85,-118.3"}, "--weather-point: '34.85,-118.3' is not ZONE=LATITUDE"},
      {{"--weather-point", "A=91,0"}, "--weather-point: 'A=91,0' is not ZONE=LATITUDE"},
      {{"--weather-point", "A=1,2", "--weather-point", "A=1,2"}, "has the point 1,2 twice"},
      {{"--weather-point", "A=1,2", "--weather-url", "weather.gov"},
       "--weather-url: api.weather.gov: base URL 'weather.gov' does not start with https://"},
      {{"--weather-url", "http://127.0.0.1:1"}, "--weather-url needs --weather-point"},
  };
  for (const auto& [arguments, message] : table) {
    const auto feed = MakeWeather(Parse(arguments), *kClock);
    ASSERT_FALSE(feed) << message;
    EXPECT_EQ(feed.error().kind, Error::Kind::invalid);
    EXPECT_THAT(feed.error().message, HasSubstr(message));
  }
}

}  // namespace
}  // namespace carbon::app
