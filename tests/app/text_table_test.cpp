// SPDX-License-Identifier: Apache-2.0
#include "app/text_table.h"

#include <gtest/gtest.h>

namespace carbon::app {
namespace {

TEST(TextTable, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(TextTable({{"A", "LONG", "C"}, {"wide", "b", ""}}, "  "),
            "  A     LONG  C\n"
            "  wide  b\n");
}

TEST(TextTable, NoRowsAreNoText) { EXPECT_EQ(TextTable({}), ""); }

}  // namespace
}  // namespace carbon::app
