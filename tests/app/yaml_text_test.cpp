// SPDX-License-Identifier: Apache-2.0
#include "app/yaml_text.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>
#include <string>

namespace carbon::app {
namespace {

namespace json = boost::json;

TEST(YamlText, WritesBlocksInTheTreesOrder) {
  const json::value tree = {{"b", 12},
                            {"a", {{{"c", true}, {"d", "200ms"}}, {{"c", false}}}},
                            {"empty", json::object()},
                            {"none", json::array()}};
  EXPECT_EQ(ToYaml(tree, {}),
            "b: 12\n"
            "a:\n"
            "  - c: true\n"
            "    d: 200ms\n"
            "  - c: false\n"
            "empty: {}\n"
            "none: []\n");
}

TEST(YamlText, SaysItsNotesWhereTheFieldBegins) {
  const json::value tree = {{"a", {{{"c", 1}}, {{"c", 2}}}}, {"e", "x"}};
  EXPECT_EQ(ToYaml(tree, {{"", "all"}, {"/a", "list"}, {"/a/c", "each"}, {"/e", ""}, {"/c", "no"}}),
            "# all\n"
            "a:  # list\n"
            "  - c: 1  # each\n"
            "  - c: 2  # each\n"
            "e: x\n");
}

TEST(YamlText, TextStaysTextByTheRulesOfYaml11) {
  for (const char* text :
       {"NO",        "no",   "On",    "y",    "TRUE",       "null",
        "~",         "",     "12",    "1e3",  "0x1F",       "1_000",
        "190:20:30", ".inf", "-.INF", ".NaN", "2021-07-01", "2021-07-01T00:00:00Z",
        "+1.5",      "0b11", "0o17"}) {
    const std::string yaml = ToYaml(json::object{{text, text}}, {});
    const std::string quoted = "\"" + std::string(text) + "\"";
    EXPECT_EQ(yaml, quoted + ": " + quoted + "\n");
  }
}

TEST(YamlText, QuotesNothingElseWithoutNeed) {
  for (const char* text : {"DE", "US-NW-BPAT", "NO-NO1", "200ms", "1.5s", "http://127.0.0.1:9410",
                           "/etc/kubernetes/pki/ca.crt", "carbon-kube.io/x", "0s"}) {
    EXPECT_EQ(ToYaml(json::object{{"k", text}}, {}), "k: " + std::string(text) + "\n");
  }
}

TEST(YamlText, ReadsBackWhateverTheTextHolds) {
  for (const char* text :
       {"a: b", "a #b", "- a", "{a",       "[a",   "*a",    "&a",   "!a",   "|",
        ">",    "%a",   "@a",  "`a",       "'a'",  "\"a\"", "a\nb", "a\tb", " a ",
        "a:",   "?",    "? a", "\xc3\xbc", "a\\b", "---",   "..."}) {
    const auto read = YAML::Load(ToYaml(json::object{{"k", {text}}, {text, "v"}}, {}));
    EXPECT_EQ(read["k"][0].as<std::string>(), text);
    EXPECT_EQ(read[text].as<std::string>(), "v") << text;
  }
}

}  // namespace
}  // namespace carbon::app
