// SPDX-License-Identifier: Apache-2.0
#include "app/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace carbon::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Json(const std::string& document) {
  const auto tree = TreeOfYaml(document, 1);
  return tree ? boost::json::serialize(*tree) : tree.error().message;
}

TEST(YamlTree, PlainTextIsWhatYamlTakesItFor) {
  EXPECT_EQ(Json("{a: 4, b: 0.5, c: yes, d: Off, e: ~, f: , g: 2h, h: 8Gi, i: -3}"),
            R"({"a":4,"b":5E-1,"c":true,"d":false,"e":null,"f":null,"g":"2h","h":"8Gi","i":-3})");
}

TEST(YamlTree, QuotesAndTimesAreText) {
  EXPECT_EQ(Json("a: \"4\"\nb: 'yes'\nc: 2021-08-02T18:00:00Z\nd: !!str 7\ne: |\n  1\n"),
            R"({"a":"4","b":"yes","c":"2021-08-02T18:00:00Z","d":"7","e":"1\n"})");
}

TEST(YamlTree, AliasesStandForWhatTheyNameAndMergesYieldToOwnKeys) {
  EXPECT_EQ(Json("base: &b {cpu: 1, memory: 2}\nown: {<<: *b, cpu: 3}\nsame: *b\n"),
            R"({"base":{"cpu":1,"memory":2},"own":{"cpu":3,"memory":2},)"
            R"("same":{"cpu":1,"memory":2}})");
}

TEST(YamlTree, OfAListOfMergesTheFirstComesFirst) {
  EXPECT_EQ(Json("a: &a {cpu: 1}\nb: &b {cpu: 2, memory: 3}\nown: {<<: [*a, *b]}\n"),
            R"({"a":{"cpu":1},"b":{"cpu":2,"memory":3},"own":{"cpu":1,"memory":3}})");
  EXPECT_THAT(Json("own: {<<: 7}\n"), StartsWith("1: << merges maps only"));
  EXPECT_THAT(Json("a: 1\nown: {<<: [{b: 1}, 7]}\n"), StartsWith("2: << merges maps only"));
}

TEST(YamlTree, NothingIsNull) { EXPECT_EQ(Json("# only a comment\n"), "null"); }

TEST(YamlTree, SaysInWhichLineWhatIsWrong) {
  EXPECT_THAT(Json("a: 1\nb: [1, 2\n"), HasSubstr("not YAML"));
  EXPECT_THAT(Json("a: 1\na: 2\n"), StartsWith("2: key 'a' stands twice"));
  EXPECT_THAT(Json("? [a]\n: 1\n"), StartsWith("1: a key is not text"));
  EXPECT_EQ(Json("{a: 1}\n{b: 2}\n"), "2: a line '---' is missing before what begins here");
  EXPECT_EQ(Json("a: 1\n...\nb: 2\n"), "3: a line '---' is missing before what begins here");
  EXPECT_THAT(Json("{a: }1}\n"), HasSubstr("is missing before what begins here"));
  EXPECT_EQ(Json("a: 1\n# the end\n...\n"), R"({"a":1})");
  EXPECT_THAT(TreeOfYaml("a: 1\na: 2\n", 40).error().message, StartsWith("41: "));
}

TEST(YamlTree, BombsEndInAnErrorNotInMemory) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) {
      bomb += (j == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    }
    bomb += "]\n";
  }
  EXPECT_THAT(Json(bomb), HasSubstr("holds more than 300000 values"));
  EXPECT_THAT(Json("a: &a [*a]\n"), HasSubstr("nests more than 100 deep"));
  EXPECT_THAT(Json(std::string(200, '[') + std::string(200, ']')), HasSubstr("deep"));
  for (const size_t depth : {101, 501, 100'000}) {
    for (const std::string open : {"[", "{a: ", "- "}) {
      std::string nested;
      for (size_t i = 0; i < depth; ++i) {
        nested += open;
      }
      const std::string shut(open == "- " ? 0 : depth, open == "[" ? ']' : '}');
      nested.append("1").append(shut);
      EXPECT_EQ(Json(nested), "1: nests more than 100 deep") << depth << open;
    }
  }
}

}  // namespace
}  // namespace carbon::app
