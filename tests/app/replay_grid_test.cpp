// SPDX-License-Identifier: Apache-2.0
#include "app/replay_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "net/files.h"
#include "net/http.h"
#include "support/command_line.h"

namespace carbon::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A file in a folder of this test's own.
class ReplayGridTest : public testing::Test {
 protected:
  void SetUp() override {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    std::filesystem::create_directories(folder_);
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }

  const std::string folder_ = testing::TempDir() + "/replay_grid_" +
                              testing::UnitTest::GetInstance()->current_test_info()->name();
};

/// Waits for the server, asks it, prints the answer to stderr, and sends `signal`.
void AskAndStop(const std::string& port_file, const std::string& target, int signal) {
  std::string port;
  while (port.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto text = net::ReadFile(port_file, 100);
    port = text ? text->substr(0, text->find('\n')) : "";
  }
  net::HttpRequest request;
  request.url = "http://127.0.0.1:" + port + target;
  request.headers = {{"auth-token", "secret"}};
  const auto response = net::MakeHttpClient({})->Send(request);
  std::cerr << (response ? response->body : response.error().message) << std::endl;
  kill(getpid(), signal);
}

/// Serves until a thread of its own has asked and sent the signal; ends the process.
[[noreturn]] void ServeOnce(const std::vector<std::string>& arguments, const std::string& port_file,
                            const std::string& target, int signal) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread asker([&] { AskAndStop(port_file, target, signal); });
  const int code = RunCommand(AddReplayGridCommand, arguments);
  asker.join();
  std::_Exit(code);
}

const std::string kActual = "time,g_per_kwh\n2021-08-01T00:00Z,100\n2021-08-01T01:00Z,200\n";
const std::string kForecast = "issued_at,time,g_per_kwh\n2021-08-01T00:00Z,2021-08-01T00:00Z,110\n";

TEST_F(ReplayGridTest, ServesUntilASignalAndEndsCleanly) {
  const std::string flag =
      "DE=" + Write("actual.csv", kActual) + "," + Write("forecast.csv", kForecast);
  const std::string token = Write("token", "secret\n");
  const std::string port = Path("port");
  for (const int signal : {SIGINT, SIGTERM}) {
    std::filesystem::remove(port);
    EXPECT_EXIT(ServeOnce({"--recording", flag, "--start", "2021-08-01T00:00:00Z", "--port-file",
                           port, "--token-file", token},
                          port, "/v3/carbon-intensity/forecast?zone=DE", signal),
                testing::ExitedWithCode(0),
                R"("forecast":\[\{"carbonIntensity":110,"datetime":"2021-08-01T00:00:00.000Z")");
  }
}

TEST_F(ReplayGridTest, RunsAtTheGivenSpeed) {
  const std::string flag = "DE=" + Write("actual.csv", kActual);
  const std::string port = Path("port");
  std::filesystem::remove(port);
  // At any real time after 1970, this clock shows 01:00 to 02:00 for ten thousand years.
  EXPECT_EXIT(
      ServeOnce({"--recording", flag, "--kind", "direct", "--port-file", port, "--clock",
                 "2021-08-01T01:00:00Z@2020-01-01T00:00:00Zx0.000001"},
                port, "/v4/carbon-intensity/latest?zone=DE&emissionFactorType=direct", SIGTERM),
      testing::ExitedWithCode(0), R"("carbonIntensity":200)");
}

TEST_F(ReplayGridTest, RefusesBadInputWithOneClearLine) {
  const std::string good = "DE=" + Write("actual.csv", kActual);
  const std::string bad = "DE=" + Write("bad.csv", "time,g_per_kwh\n2021-08-01T00:00Z,x\n");
  const std::string blank = Write("token", "\n");
  const std::string start = "2021-08-01T00:00:00Z";
  const std::vector<std::pair<std::vector<std::string>, const char*>> table = {
      {{"--start", start}, "nothing to replay: give --data DIR or --recording"},
      {{"--recording", good}, "when does the replay start?"},
      {{"--recording", "DE", "--start", start}, "--recording: 'DE' is not ZONE="},
      {{"--recording", bad, "--start", start}, "bad.csv:2: g_per_kwh 'x'"},
      {{"--recording", good, "--recording", good, "--start", start}, "zone DE is recorded twice"},
      {{"--recording", good, "--start", "noon"}, "--start: 'noon' is not an RFC 3339 time"},
      {{"--recording", good, "--start", start, "--speed", "fast"}, "--speed: 'fast' is not"},
      {{"--recording", good, "--start", start, "--speed", "0"}, "--speed: '0' is not"},
      {{"--recording", good, "--clock", "later"}, "--clock: "},
      {{"--recording", good, "--start", start, "--token-file", blank}, "not with a token"},
      {{"--recording", good, "--start", start, "--token-file", "/nowhere"}, "/nowhere"},
      {{"--data", "/nowhere", "--start", start}, "/nowhere/carbon/zones.csv"},
      {{"--recording", good, "--start", start, "--address", "nowhere"},
       "--address: 'nowhere' is not an IP"},
  };
  for (const auto& [arguments, why] : table) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(RunCommand(AddReplayGridCommand, arguments), 2) << why;
    const std::string error = testing::internal::GetCapturedStderr();
    EXPECT_THAT(error, StartsWith("carbon-kube replay-grid: "));
    EXPECT_THAT(error, HasSubstr(why));
    EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
  }
  testing::internal::CaptureStderr();
  EXPECT_EQ(
      RunCommand(AddReplayGridCommand, {"--recording", good, "--clock", "real", "--start", start}),
      2);
  EXPECT_EQ(RunCommand(AddReplayGridCommand, {"--recording", good, "--kind", "marginal"}), 2);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("--clock"));
}

TEST_F(ReplayGridTest, ExplainsItselfWithAnExample) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(RunCommand(AddReplayGridCommand, {"--help"}), 0);
  const std::string help = testing::internal::GetCapturedStdout();
  EXPECT_THAT(help, HasSubstr("carbon-kube replay-grid --data data --start"));
  EXPECT_THAT(help, HasSubstr("--token-file"));
}

}  // namespace
}  // namespace carbon::app
