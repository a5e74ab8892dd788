// SPDX-License-Identifier: Apache-2.0
#include "workloads/quantity.h"

#include <gtest/gtest.h>

#include <string>

namespace carbon::workloads {
namespace {

TEST(Quantity, ReadsWhatKubernetesWrites) {
  const struct {
    const char* text;
    double value;
  } rows[] = {
      {"0", 0},
      {"2", 2},
      {"250m", 0.25},
      {"0.5", 0.5},
      {".5", 0.5},
      {"5.", 5},
      {"1500e-3", 1.5},
      {"1e3", 1e3},
      {"1E3", 1e3},
      {"1E", 1e18},
      {"100n", 1e-7},
      {"7u", 7e-6},
      {"3k", 3e3},
      {"3M", 3e6},
      {"3G", 3e9},
      {"3T", 3e12},
      {"3P", 3e15},
      {"1Ki", 1024},
      {"+1Ki", 1024},
      {"1.5Mi", 1572864},
      {"4Gi", 4294967296},
      {"1Ti", 1099511627776},
      {"1Pi", 1125899906842624},
      {"0.5Ei", 576460752303423488},
      {"984Mi", 1031798784},
  };
  for (const auto& row : rows) {
    const auto value = ParseQuantity(row.text);
    ASSERT_TRUE(value.has_value()) << row.text;
    EXPECT_DOUBLE_EQ(*value, row.value) << row.text;
  }
}

TEST(Quantity, ReadsNothingElse) {
  for (const char* text :
       {"",      " ",     "m",    "E",   "Ki",    "-1",   "-1m", "+",        "++1",
        "+-1",   "1Ki5",  "1K",   "1KI", "1 Gi",  "1Gi ", "1ki", "1mm",      "1e",
        "1eE",   "1e3Ki", "1e3k", "e3",  "0x10",  "nan",  "inf", "infinity", "1e19",
        "1e400", "2E",    "1Ei",  "1,5", "1.2.3", "Gi4"}) {
    EXPECT_EQ(ParseQuantity(text), std::nullopt) << "'" << text << "'";
  }
}

}  // namespace
}  // namespace carbon::workloads
