// SPDX-License-Identifier: Apache-2.0
#include "app/scheduler_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "app/scheduler_config_command.h"
#include "support/command_line.h"

namespace carbon::app {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<std::string> kHttps = {
    "--url",       "https://carbon.example:9443", "--ca-file",  "/pki/ca.crt",
    "--cert-file", "/pki/scheduler.crt",          "--key-file", "/pki/scheduler.key"};

struct Printed {
  int code;
  std::string out;
  std::string err;
};

Printed Print(const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = RunCommand(AddSchedulerConfigCommand, arguments);
  std::string out = testing::internal::GetCapturedStdout();
  return {code, std::move(out), testing::internal::GetCapturedStderr()};
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

json::value Json(const std::vector<std::string>& arguments) {
  const Printed printed = Print(arguments + std::vector<std::string>{"--output", "json"});
  EXPECT_EQ(printed.code, 0) << printed.err;
  return json::parse(printed.out);
}

std::string WithoutNotes(const std::string& yaml) {
  std::istringstream lines(yaml);
  std::string bare;
  for (std::string line; std::getline(lines, line);) {
    line.resize(std::min(line.find("  # "), line.size()));
    bare += line.starts_with("# ") ? "" : line + "\n";
  }
  return bare;
}

// ---- An extender

TEST(SchedulerConfig, AnExtenderIsAskedOnThisMachine) {
  const Printed printed = Print({"--form", "extender"});
  EXPECT_EQ(printed.code, 0);
  EXPECT_EQ(printed.err, "");
  EXPECT_EQ(WithoutNotes(printed.out),
            "apiVersion: kubescheduler.config.k8s.io/v1\n"
            "kind: KubeSchedulerConfiguration\n"
            "extenders:\n"
            "  - urlPrefix: http://127.0.0.1:9410\n"
            "    prioritizeVerb: prioritize\n"
            "    weight: 12\n"
            "    nodeCacheCapable: true\n"
            "    httpTimeout: 200ms\n"
            "    ignorable: true\n");
}

TEST(SchedulerConfig, ExplainsWhatIsNotObvious) {
  const std::string yaml = Print({"--form", "extender", "--filter"}).out;
  for (const char* note : {"weight: 12  # kube-scheduler's own plug-ins have 12 together",
                           "httpTimeout: 200ms  # what one that hangs costs each pod",
                           "extenders:  # these end placement in batches (1.35 and newer)",
                           "filterVerb: filter  # Karpenter starts nodes"}) {
    EXPECT_THAT(yaml, HasSubstr(note));
  }
  EXPECT_THAT(Print({"--form", "plugin"}).out, HasSubstr("weight: 12  # kube-scheduler's own"));
  const std::string katalyst = Print({"--form", "katalyst"}).out;
  EXPECT_THAT(katalyst, StartsWith("# Into the configuration of Katalyst's scheduler"));
  EXPECT_THAT(katalyst, HasSubstr("extenders:\n")) << "1.24 knows no batches";
  EXPECT_THAT(katalyst, HasSubstr("weight: 12  # the others have 15 in Katalyst's"));
}

TEST(SchedulerConfig, AnExtenderElsewhereIsKnownByItsCertificate) {
  const auto entry =
      Json(std::vector<std::string>{"--form", "extender", "--server-name", "carbon"} + kHttps)
          .at("extenders")
          .at(0);
  EXPECT_EQ(entry.at("urlPrefix"), "https://carbon.example:9443");
  EXPECT_EQ(entry.at("enableHTTPS"), true);
  EXPECT_EQ(entry.at("tlsConfig"), (json::value{{"insecure", false},
                                                {"serverName", "carbon"},
                                                {"caFile", "/pki/ca.crt"},
                                                {"certFile", "/pki/scheduler.crt"},
                                                {"keyFile", "/pki/scheduler.key"}}));
  const auto unnamed = Json(std::vector<std::string>{"--form", "extender"} + kHttps);
  EXPECT_FALSE(unnamed.at("extenders").at(0).at("tlsConfig").as_object().contains("serverName"));
}

TEST(SchedulerConfig, PlainHttpDoesNotLeaveTheMachine) {
  for (const char* url : {"http://127.0.0.1:9410", "http://127.8.0.1", "http://[::1]:9410",
                          "http://localhost:9410/carbon"}) {
    EXPECT_EQ(Json({"--form", "extender", "--url", url}).at("extenders").at(0).at("urlPrefix"),
              url);
  }
  for (const char* url : {"http://10.0.0.5:9410", "http://0.0.0.0:9410", "http://[fd00::1]:9410",
                          "http://carbon.example", "http://127.0.0.1.example:9410"}) {
    const Printed printed = Print({"--form", "extender", "--url", url});
    EXPECT_EQ(printed.code, 2) << url;
    EXPECT_EQ(printed.out, "");
    EXPECT_THAT(printed.err, HasSubstr("is not on this machine, so others could answer"));
  }
}

TEST(SchedulerConfig, FilteringIsAskedForAndWarnedOf) {
  const Printed printed = Print({"--form", "extender", "--filter", "--output", "json"});
  EXPECT_EQ(json::parse(printed.out).at("extenders").at(0).at("filterVerb"), "filter");
  EXPECT_EQ(printed.err,
            "warning: --filter: Karpenter does not know an extender, and starts nodes for pods "
            "that no node is let to have\n");
}

TEST(SchedulerConfig, DurationsAreGos) {
  const std::vector<std::pair<const char*, const char*>> table = {
      {"0.25s", "250ms"}, {"1ms", "1ms"},      {"1s", "1s"},
      {"1500ms", "1.5s"}, {"2s5ms", "2.005s"}, {"5s", "5s"}};
  for (const auto& [given, printed] : table) {
    const auto tree = Json({"--form", "extender", "--timeout", given});
    EXPECT_EQ(tree.at("extenders").at(0).at("httpTimeout"), printed);
  }
}

TEST(SchedulerConfig, AnotherNameMakesAProfileOfAnExtendersScheduler) {
  EXPECT_FALSE(Json({"--form", "extender"}).as_object().contains("profiles"));
  const auto tree = Json({"--form", "extender", "--scheduler-name", "mine", "--weight", "6"});
  EXPECT_EQ(tree.at("profiles"), (json::array{json::object{{"schedulerName", "mine"}}}));
  EXPECT_EQ(tree.at("extenders").at(0).at("weight"), 6);
}

// ---- The plug-in

TEST(SchedulerConfig, ASecondSchedulerHasThePlugin) {
  const Printed printed = Print({"--form", "plugin"});
  EXPECT_EQ(printed.code, 0);
  EXPECT_EQ(WithoutNotes(printed.out),
            "apiVersion: kubescheduler.config.k8s.io/v1\n"
            "kind: KubeSchedulerConfiguration\n"
            "leaderElection:\n"
            "  leaderElect: true\n"
            "  resourceNamespace: carbon-kube\n"
            "  resourceName: carbon-scheduler\n"
            "profiles:\n"
            "  - schedulerName: carbon-scheduler\n"
            "    plugins:\n"
            "      multiPoint:\n"
            "        enabled:\n"
            "          - name: CarbonScore\n"
            "            weight: 12\n"
            "    pluginConfig:\n"
            "      - name: CarbonScore\n"
            "        args:\n"
            "          configMapNamespace: carbon-kube\n"
            "          configMapName: carbon-scores\n"
            "          ranking: {}\n");
}

TEST(SchedulerConfig, ThePluginsArgsAreAsTheFlagsSay) {
  const auto tree =
      Json({"--form", "plugin", "--scores-configmap", "grid/now", "--region", "dc-1=NO",
            "--stale-after", "1h", "--weight", "3", "--scheduler-name", "green"});
  EXPECT_EQ(tree.at("leaderElection").at("resourceName"), "green");
  EXPECT_EQ(tree.at("leaderElection").at("resourceNamespace"), "grid");
  const auto& profile = tree.at("profiles").at(0);
  EXPECT_EQ(profile.at("schedulerName"), "green");
  EXPECT_EQ(profile.at("plugins").at("multiPoint").at("enabled").at(0).at("weight"), 3);
  EXPECT_EQ(profile.at("pluginConfig").at(0).at("args"),
            (json::value{{"configMapNamespace", "grid"},
                         {"configMapName", "now"},
                         {"ranking", {{"stale_after", "1h"}, {"regions", {{"dc-1", "NO"}}}}}}));
}

TEST(SchedulerConfig, NorwayIsNoFalse) {
  EXPECT_THAT(Print({"--form", "plugin", "--region", "dc-1=NO"}).out, HasSubstr("dc-1: \"NO\"\n"));
}

// ---- Katalyst

TEST(SchedulerConfig, KatalystsSchedulerAsksByTheVersionItKnows) {
  EXPECT_EQ(WithoutNotes(Print({"--form", "katalyst"}).out),
            "apiVersion: kubescheduler.config.k8s.io/v1beta3\n"
            "kind: KubeSchedulerConfiguration\n"
            "profiles:\n"
            "  - schedulerName: katalyst-scheduler\n"
            "extenders:\n"
            "  - urlPrefix: http://127.0.0.1:9410\n"
            "    prioritizeVerb: prioritize\n"
            "    weight: 12\n"
            "    nodeCacheCapable: true\n"
            "    httpTimeout: 200ms\n"
            "    ignorable: true\n");
}

TEST(SchedulerConfig, KatalystsSchedulerWithThePluginKeepsItsOwnLeaderElection) {
  auto plugin = Json({"--form", "plugin", "--scheduler-name", "katalyst-scheduler"}).as_object();
  plugin["apiVersion"] = "kubescheduler.config.k8s.io/v1beta3";
  plugin.erase("leaderElection");
  EXPECT_EQ(Json({"--form", "katalyst", "--via", "plugin"}), json::value(plugin));
}

// ---- What is wrong

TEST(SchedulerConfig, RefusesBadInputWithOneClearLine) {
  using Words = std::vector<std::string>;
  const std::vector<std::pair<Words, const char*>> table = {
      {{"--form", "extender", "--url", "127.0.0.1:9410"}, "--url: '127.0.0.1:9410' is not http"},
      {{"--form", "extender", "--url", "ftp://127.0.0.1"}, "is not http://ADDRESS:PORT or https"},
      {{"--form", "extender", "--url", "http://"}, "--url: 'http://' is not http"},
      {{"--form", "extender", "--url", "http://me@127.0.0.1"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://127.0.0.1?a"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://[127.0.0.1]:80"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://[::1"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://[::1]80"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://127.0.0.1:"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://:9410"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://127.0.0.1\\@evil"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "http://127.1:9410"}, "is not on this machine"},
      {{"--form", "extender", "--url", "http://127.0.0.1:70000"}, "is not http://ADDRESS:PORT"},
      {{"--form", "extender", "--url", "https://a", "--ca-file", "/a"},
       "--cert-file: an https --url needs --ca-file, --cert-file and --key-file"},
      {Words{"--form", "extender", "--ca-file", "ca.crt", "--url", "https://a", "--cert-file", "/a",
             "--key-file", "/b"},
       "--ca-file: 'ca.crt' is not an absolute path"},
      {Words{"--form", "extender", "--server-name", "a b"} + kHttps, "--server-name: 'a b'"},
      {{"--form", "extender", "--key-file", "/a"}, "--key-file: plain HTTP knows no certificates"},
      {{"--form", "extender", "--timeout", "0s"}, "--timeout: 0s is not above 0s and at most 5s"},
      {{"--form", "extender", "--timeout", "5001ms"}, "a scheduler waits for an extender that"},
      {{"--form", "extender", "--timeout", "soon"}, "--timeout: 'soon' is not a duration"},
      {{"--form", "extender", "--weight", "0"}, "--weight: 0 is not from 1 to 1000"},
      {{"--form", "extender", "--scheduler-name", "My_Own"}, "--scheduler-name: 'My_Own'"},
      {{"--form", "extender", "--region", "a=DE"},
       "--region: an extender does the ranking; give it to carbon-kube extender"},
      {{"--form", "katalyst", "--formula", "expected-emissions"}, "--formula: an extender does"},
      {{"--form", "extender", "--via", "extender"}, "--via: only --form katalyst can be either"},
      {{"--form", "plugin", "--timeout", "200ms"}, "--timeout: the plug-in asks no extender"},
      {{"--form", "katalyst", "--via", "plugin", "--filter"}, "--filter: the plug-in asks no"},
      {{"--form", "plugin", "--scores-configmap", ""}, "--scores-configmap: which? NAMESPACE/NAME"},
      {{"--form", "plugin", "--scores-configmap", "a.b/c"}, "--scores-configmap: 'a.b/c' is not"},
      {{"--form", "plugin", "--provider", "nobody"}, "--provider: it is not known what 'nobody'"},
      {{"--form", "plugin", "--regions", "/nowhere.csv"}, "--regions: "},
  };
  for (const auto& [arguments, why] : table) {
    const Printed printed = Print(arguments);
    EXPECT_EQ(printed.code, 2) << why;
    EXPECT_EQ(printed.out, "") << why;
    EXPECT_THAT(printed.err, StartsWith("carbon-kube scheduler-config: "));
    EXPECT_THAT(printed.err, HasSubstr(why));
    EXPECT_EQ(std::count(printed.err.begin(), printed.err.end(), '\n'), 1) << printed.err;
  }
}

TEST(SchedulerConfig, AFormIsRequiredAndOneOfThree) {
  EXPECT_EQ(Print({}).code, 2);
  EXPECT_EQ(Print({"--form", "webhook"}).code, 2);
  EXPECT_EQ(Print({"--form", "extender", "--output", "toml"}).code, 2);
}

TEST(SchedulerConfig, ExplainsItselfWithAnExample) {
  EXPECT_THAT(Print({"--help"}).out, HasSubstr("carbon-kube scheduler-config --form extender"));
}

}  // namespace
}  // namespace carbon::app
