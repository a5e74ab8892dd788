// SPDX-License-Identifier: Apache-2.0
#include "serve/dotnet.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace carbon::serve {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Dotnet, WritesTimesWithAnOffset) {
  const Time time = *ParseTime("2022-07-19T13:35:00Z");
  EXPECT_EQ(DateTimeOffset(time), "2022-07-19T13:35:00+00:00");
  EXPECT_EQ(DateTimeOffset(time + Duration(250)), "2022-07-19T13:35:00.250+00:00");
}

TEST(Dotnet, WritesTimeSpans) {
  EXPECT_EQ(TimeSpan(minutes(5)), "00:05:00");
  EXPECT_EQ(TimeSpan(hours(1)), "01:00:00");
  EXPECT_EQ(TimeSpan(std::chrono::seconds(86399)), "23:59:59");
  EXPECT_EQ(TimeSpan(hours(24)), "1.00:00:00");
  EXPECT_EQ(TimeSpan(hours(50) + minutes(1)), "2.02:01:00");
}

TEST(Dotnet, QuotesWhatWouldBreakAString) {
  EXPECT_EQ(Quoted(R"(a"b\)"), R"("a\"b\\")");
  EXPECT_EQ(Quoted("a\nb"), R"("a\nb")");
}

TEST(Dotnet, ReadsTimesWithoutAnOffsetAsUtc) {
  const std::vector<std::pair<const char*, const char*>> table = {
      {"2022-05-17", "2022-05-17T00:00:00Z"},
      {"2022-05-17T14:00:00", "2022-05-17T14:00:00Z"},
      {"2022-05-17T14:00", "2022-05-17T14:00:00Z"},
      {"2022-05-17T14:00:00.5", "2022-05-17T14:00:00.500Z"},
      {"2022-05-17T14:00:00Z", "2022-05-17T14:00:00Z"},
      {"2022-05-17T14:00:00-04:00", "2022-05-17T18:00:00Z"},
      {"2022-05-17T20:45:11.5092741+00:00", "2022-05-17T20:45:11.509Z"},
  };
  for (const auto& [text, want] : table) {
    const auto time = ParseDateTime(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(FormatTime(*time), want) << text;
  }
  for (const char* text : {"", "soon", "2022-05", "2022-13-01", "05/17/2022", "2022-05-17T",
                           "2022-05-17T14:00:00 00:00", "1652738400"}) {
    EXPECT_FALSE(ParseDateTime(text)) << text;
  }
  EXPECT_FALSE(ParseDateTime(std::string(100'000, '2')));
}

TEST(Dotnet, NamesDifferInMoreThanCase) {
  EXPECT_TRUE(IsSameName("EastUS", "eastus"));
  EXPECT_FALSE(IsSameName("eastus", "eastus2"));
  EXPECT_FALSE(IsSameName("east[", "east{"));
}

}  // namespace
}  // namespace carbon::serve
