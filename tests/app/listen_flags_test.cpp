// SPDX-License-Identifier: Apache-2.0
#include "app/listen_flags.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace carbon::app {
namespace {

TEST(ListenFlags, ReadsAnAddressAndAPort) {
  const std::vector<std::tuple<const char*, const char*, int>> table = {
      {"127.0.0.1:8080", "127.0.0.1", 8080},
      {"0.0.0.0:0", "0.0.0.0", 0},
      {"[::1]:65535", "::1", 65535},
      {"[::]:80", "::", 80},
  };
  for (const auto& [text, address, port] : table) {
    const auto options = ParseListenAddress(text);
    ASSERT_TRUE(options) << text;
    EXPECT_EQ(options->address, address) << text;
    EXPECT_EQ(options->port, port) << text;
  }
}

TEST(ListenFlags, RefusesTheRest) {
  for (const char* text : {"", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                           "127.0.0.1:-1", "127.0.0.1:65536", "localhost:8080", "::1:8080",
                           "[127.0.0.1]:80", "[::1]", "[::1", "http://127.0.0.1:80"}) {
    const auto options = ParseListenAddress(text);
    ASSERT_FALSE(options) << text;
    EXPECT_EQ(options.error().kind, Error::Kind::invalid) << text;
  }
  EXPECT_EQ(ParseListenAddress("x").error().message,
            "'x' is not an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080");
}

TEST(ListenFlags, BracketsAnAddressOfVersion6) {
  EXPECT_EQ(UrlOf("127.0.0.1", 8085), "http://127.0.0.1:8085");
  EXPECT_EQ(UrlOf("::1", 8085), "http://[::1]:8085");
}

TEST(ListenFlags, OnlyAnIpAddressIsOne) {
  EXPECT_TRUE(ServerOptionsOf({.address = "::1", .port = 1, .port_file = {}}));
  EXPECT_EQ(ServerOptionsOf({.address = "nowhere", .port = 1, .port_file = {}}).error(),
            Invalid("--address: 'nowhere' is not an IP address"));
}

}  // namespace
}  // namespace carbon::app
