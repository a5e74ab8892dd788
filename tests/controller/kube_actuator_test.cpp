// SPDX-License-Identifier: Apache-2.0
#include "controller/kube_actuator.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/fake_clock.h"

namespace carbon::controller {
namespace {

namespace json = boost::json;

const Time kNow = *ParseTime("2026-11-24T20:00:02.005Z");

/// An API server that takes down what it is asked and answers from a list.
class ScriptedHttp final : public net::HttpClient {
 public:
  struct Log {
    std::vector<net::HttpRequest> requests;
    std::vector<int> statuses;  ///< of the answers, in order; 200 when used up
  };
  explicit ScriptedHttp(Log& log) : log_(log) {}

  Result<net::HttpResponse> Send(const net::HttpRequest& request, std::stop_token) override {
    log_.requests.push_back(request);
    const size_t index = log_.requests.size() - 1;
    const int status = index < log_.statuses.size() ? log_.statuses[index] : 200;
    return net::HttpResponse{status, {}, "{}"};
  }
  Result<net::HttpResponse> Stream(const net::HttpRequest&,
                                   const std::function<bool(std::string_view)>&,
                                   std::stop_token) override {
    return Unavailable("not in this test");
  }

 private:
  Log& log_;
};

class KubeActuatorTest : public testing::Test {
 protected:
  KubeActuatorTest()
      : client_({.server = "https://api"}, std::make_unique<ScriptedHttp>(log_), clock_),
        actuator_(client_, clock_, "test-0") {
    pod_.ns = "jobs";
    pod_.name = "etl";
    pod_.uid = "u1";
    pod_.gates = {"carbon-kube.io/window"};
  }

  static plan::Decision Decision(plan::Decision::Action action, plan::Cause cause) {
    return {.job = "jobs/etl",
            .action = action,
            .region = "eu-north-1",
            .start = kNow,
            .reason = {.cause = cause, .decided_at = kNow, .note = "zone DE: no reading yet"}};
  }

  net::FakeClock clock_{kNow};
  ScriptedHttp::Log log_;
  kube::Client client_;
  KubeActuator actuator_;
  workloads::PodView pod_;
};

TEST_F(KubeActuatorTest, ReleasesByAPatchAndSaysSoInAnEvent) {
  const auto done =
      actuator_.Release(pod_, Decision(plan::Decision::Action::release, plan::Cause::no_signal));
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(log_.requests.size(), 2U);
  EXPECT_EQ(log_.requests[0].method, "PATCH");
  EXPECT_TRUE(log_.requests[0].url.starts_with("https://api/api/v1/namespaces/jobs/pods/etl"));
  const json::object patch = json::parse(log_.requests[0].body).as_object();
  EXPECT_TRUE(patch.at("spec").as_object().at("schedulingGates").as_array().empty());
  EXPECT_EQ(log_.requests[1].method, "POST");
  const json::object event = json::parse(log_.requests[1].body).as_object();
  EXPECT_EQ(event.at("eventTime"), "2026-11-24T20:00:02.005000Z");
  EXPECT_TRUE(event.at("metadata").as_object().at("name").as_string().starts_with("etl."));
  EXPECT_EQ(event.at("reason"), "NoSignal");
  EXPECT_EQ(event.at("type"), "Warning");
  EXPECT_EQ(event.at("action"), "Release");
  EXPECT_EQ(event.at("note"),
            "starting now: the carbon intensity is unknown (zone DE: no reading yet)");
  EXPECT_EQ(event.at("regarding").as_object().at("uid"), "u1");
}

TEST_F(KubeActuatorTest, WritesNoEventOfWhatItCouldNotDo) {
  log_.statuses = {409};
  const auto done =
      actuator_.Release(pod_, Decision(plan::Decision::Action::release, plan::Cause::no_place));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Error::Kind::conflict);
  EXPECT_EQ(log_.requests.size(), 1U);
}

TEST_F(KubeActuatorTest, ALostEventHindersNothing) {
  log_.statuses = {200, 403};
  EXPECT_TRUE(
      actuator_.Explain(pod_, Decision(plan::Decision::Action::hold, plan::Cause::no_place)));
  EXPECT_EQ(actuator_.lost_events(), 1U);
}

}  // namespace
}  // namespace carbon::controller
