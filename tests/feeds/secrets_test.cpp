// SPDX-License-Identifier: Apache-2.0
#include "feeds/secrets.h"

#include <gtest/gtest.h>

namespace carbon::feeds {
namespace {

TEST(EncodeBase64, FollowsTheStandard) {  // RFC 4648, section 10
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(EncodeBase64("\xFB\xEF\xFF"), "++//");
}

TEST(Secrets, MaskEveryForm) {
  const Secrets secrets("ann:pa/ss w\"rd");
  for (const char* text : {
           "ann:pa/ss w\"rd",         // as it is
           "ann:pa\\/ss w\\\"rd",     // in JSON
           "ann:pa/ss w\\\"rd",       // in JSON of another server
           "ann%3Apa%2Fss%20w%22rd",  // in a URL
           "YW5uOnBhL3NzIHdcInJk",    // not its Base64 ...
           "pa/ss w\"rd",             // the password alone
           "pa%2Fss%20w%22rd",
       }) {
    const bool other = std::string_view(text) == "YW5uOnBhL3NzIHdcInJk";
    EXPECT_EQ(secrets.In(text), !other) << text;
    EXPECT_EQ(secrets.Mask("<" + std::string(text) + ">"),
              other ? "<YW5uOnBhL3NzIHdcInJk>" : "<***>");
  }
  const std::string basic = EncodeBase64("ann:pa/ss w\"rd");  // ... but this is
  EXPECT_EQ(secrets.Mask("Basic " + basic + "!"), "Basic ***!");
}

TEST(Secrets, MaskEveryOccurrenceAndLeaveTheRest) {
  Secrets secrets("abc");
  secrets.Add("xyz");
  EXPECT_EQ(secrets.Mask("abc xyz abcabc ab"), "*** *** ****** ab");
  EXPECT_FALSE(secrets.In("ab xy"));
}

TEST(Secrets, NothingIsNoSecret) {
  Secrets secrets("");
  secrets.Add("");
  EXPECT_FALSE(secrets.In("anything"));
  EXPECT_EQ(secrets.Mask("anything"), "anything");
}

TEST(Secrets, EndWithSecretsMadeOfTheMask) { EXPECT_EQ(Secrets("*").Mask("a*b"), "a***b"); }

}  // namespace
}  // namespace carbon::feeds
