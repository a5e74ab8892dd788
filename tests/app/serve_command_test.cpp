// SPDX-License-Identifier: Apache-2.0
#include "app/serve_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/command_line.h"

namespace carbon::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ServeCommand, RefusesBadInputWithOneClearLine) {
  const std::vector<std::pair<std::vector<std::string>, const char*>> table = {
      {{}, "what shall be served? Give --zone ZONE or --location REGION"},
      {{"--location", "mars"}, "--location: no grid zone is known for region 'mars'"},
      {{"--location", "us-west-1", "--region", "x"}, "--region: 'x' is not REGION=ZONE"},
      {{"--zone", "DE", "--address", "nowhere"}, "--address: 'nowhere' is not an IP"},
      {{"--zone", "DE", "--clock", "later"}, "--clock: "},
      {{"--zone", "DE", "--provider", "nobody"}, "there is no provider 'nobody'"},
      {{"--zone", "DE", "--token-file", "/nowhere"}, "/nowhere"},
  };
  for (const auto& [arguments, why] : table) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(RunCommand(AddServeCommand, arguments), 2) << why;
    const std::string error = testing::internal::GetCapturedStderr();
    EXPECT_THAT(error, StartsWith("carbon-kube serve: "));
    EXPECT_THAT(error, HasSubstr(why));
    EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
  }
}

TEST(ServeCommand, ExplainsItselfWithAnExample) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunCommand(AddServeCommand, {"--help"}), 0);
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              HasSubstr("carbon-kube serve --zone DE --zone FR --location us-west-1"));
}

}  // namespace
}  // namespace carbon::app
