// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace carbon {
namespace {

TEST(ParseDouble, TakesOnlyAWholeFiniteNumber) {
  EXPECT_EQ(*ParseDouble("1.5"), 1.5);
  EXPECT_EQ(*ParseDouble("-2e3"), -2000);
  for (const char* text : {"", " 1", "1 ", "nan", "inf", "-inf", "1e999", "0x10", "1,5", "+1"}) {
    EXPECT_FALSE(ParseDouble(text)) << text;
  }
}

TEST(ParseInt, TakesOnlyAWholeInteger) {
  EXPECT_EQ(*ParseInt("-42"), -42);
  for (const char* text : {"", "1.0", "99999999999999999999", "a"}) {
    EXPECT_FALSE(ParseInt(text)) << text;
  }
}

TEST(Printable, IsShortAndHarmless) {
  EXPECT_EQ(Printable("a\x1b[31m\n"), "a?[31m?");
  EXPECT_EQ(Printable(std::string(100, 'x')), std::string(60, 'x') + "…");
}

TEST(Shortest, WritesNumbersAsPeopleDo) {
  const std::vector<std::pair<double, const char*>> table = {
      {0, "0"}, {260, "260"}, {448.4451043375, "448.4451043375"}, {0.1, "0.1"}};
  for (const auto& [value, text] : table) {
    EXPECT_EQ(Shortest(value), text);
  }
}

TEST(Shortest, ReadsBackAsTheSameNumberAndGoesBehindWhatIsThere) {
  const double longest = -std::numeric_limits<double>::min();
  std::string text = "x";
  AppendShortest(text, longest);
  EXPECT_EQ(text, "x" + Shortest(longest));
  EXPECT_EQ(ParseDouble(Shortest(longest)), longest);
}

TEST(CsvRows, ReadsALineAtATimeAndKnowsWhichColumnsThereAre) {
  CsvRows rows("f.csv", {"a"}, {"b", "c"});
  EXPECT_FALSE(*rows.Read("\xEF\xBB\xBF"));
  EXPECT_FALSE(*rows.Read("c, a\r\n"));
  EXPECT_TRUE(rows.Has(0));
  EXPECT_FALSE(rows.Has(1));
  EXPECT_TRUE(rows.Has(2));
  EXPECT_FALSE(*rows.Read(" "));
  ASSERT_TRUE(*rows.Read("1, 2 "));
  EXPECT_EQ(rows.Field(0), "2");
  EXPECT_EQ(rows.Field(2), "1");
  EXPECT_EQ(rows.At("odd").message, "f.csv:4: odd");
  EXPECT_EQ(rows.Read("1").error().message, "f.csv:5: expected 2 fields as in the header, found 1");
  EXPECT_TRUE(rows.Finish());
}

TEST(CsvRows, RefusesAnOptionalColumnThatStandsTwice) {
  EXPECT_EQ(CsvRows("f.csv", {"a"}, {"b"}).Read("b,a,b").error().message,
            "f.csv:1: the header names column 'b' twice");
}

TEST(CsvTable, FindsColumnsByNameInAnyOrder) {
  const auto table = CsvTable::Parse("x,b,a\r\n1,2,3\r\n\r\n4,,6\n", "f.csv", {"a", "b"});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->size(), 2U);
  EXPECT_EQ(table->Field(0, 0), "3");
  EXPECT_EQ(table->Field(0, 1), "2");
  EXPECT_EQ(table->Field(1, 1), "");
  EXPECT_EQ(table->At(1, "bad").message, "f.csv:4: bad");
}

TEST(CsvTable, NamesFileAndLineOfWhatIsWrong) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case cases[] = {
      {"", "f.csv: empty: expected a header line and rows"},
      {"\n\n", "f.csv: empty: expected a header line and rows"},
      {"a,c\n1,2\n", "f.csv:1: the header has no column 'b'"},
      {"a,b,a\n1,2,3\n", "f.csv:1: the header names column 'a' twice"},
      {"a,b\n1,2\n3\n", "f.csv:3: expected 2 fields as in the header, found 1"},
  };
  for (const Case& c : cases) {
    const auto table = CsvTable::Parse(c.text, "f.csv", {"a", "b"});
    ASSERT_FALSE(table) << c.text;
    EXPECT_EQ(table.error(), Invalid(c.want));
  }
}

}  // namespace
}  // namespace carbon
