// SPDX-License-Identifier: Apache-2.0
#include "kube/base64.h"

#include <gtest/gtest.h>

namespace carbon::kube {
namespace {

TEST(DecodeBase64, ReadsTheStandardForm) {
  const std::pair<const char*, std::string> cases[] = {
      {"", ""},
      {"Zg==", "f"},
      {"Zm8=", "fo"},
      {"Zm9v", "foo"},
      {"Zm9v\nYmFy\n", "foobar"},
      {"+/+/", "\xfb\xff\xbf"},
      {"AAA=", std::string("\0\0", 2)},
  };
  for (const auto& [text, want] : cases) {
    EXPECT_EQ(DecodeBase64(text), want) << text;
  }
}

TEST(DecodeBase64, RefusesTheRest) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9v=", "Zm9v====",
                           "Zg==Zg==", "Zh==", "Zm9=", "Zm 9v", "Zm9v-_", "Zm9*"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace carbon::kube
