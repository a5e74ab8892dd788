// SPDX-License-Identifier: Apache-2.0
#include "kube/lease.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "kube/object.h"
#include "net/http_server.h"
#include "support/jumping_clock.h"

namespace carbon::kube {
namespace {

namespace json = boost::json;
using net::HttpResponse;
using net::ServerRequest;
using std::chrono::seconds;
using Verdict = LeaseWatch::Verdict;

TEST(FormatMicroTime, AlwaysHasItsFraction) {
  EXPECT_EQ(FormatMicroTime(*ParseTime("2021-07-01T00:00:00Z")), "2021-07-01T00:00:00.000000Z");
  EXPECT_EQ(FormatMicroTime(*ParseTime("2021-07-01T00:00:00.25Z")), "2021-07-01T00:00:00.250000Z");
  EXPECT_EQ(FormatMicroTime(*ParseTime("2021-07-01T00:00:00.007Z")), "2021-07-01T00:00:00.007000Z");
}

LeaseRecord Record(const char* holder, const char* version) {
  LeaseRecord record;
  record.holder = holder;
  record.version = version;
  record.duration = seconds(15);
  return record;
}

TEST(LeaseWatch, JudgesByWhatItSawAndWhen) {
  const Time start = *ParseTime("2021-07-01T00:00:00Z");
  LeaseWatch watch;
  EXPECT_EQ(watch.Judge(std::nullopt, "me", start), Verdict::create);
  EXPECT_EQ(watch.Judge(Record("me", "1"), "me", start), Verdict::renew);
  EXPECT_EQ(watch.Judge(Record("", "2"), "me", start), Verdict::take_over);
  EXPECT_EQ(watch.Judge(Record("you", "3"), "me", start), Verdict::wait);
  EXPECT_EQ(watch.Judge(Record("you", "3"), "me", start + seconds(14)), Verdict::wait);
  EXPECT_EQ(watch.Judge(Record("you", "4"), "me", start + seconds(16)), Verdict::wait)
      << "it was renewed meanwhile";
  EXPECT_EQ(watch.Judge(Record("you", "4"), "me", start + seconds(30)), Verdict::wait);
  EXPECT_EQ(watch.Judge(Record("you", "4"), "me", start + seconds(31)), Verdict::take_over);
}

TEST(LeaseRecord, SurvivesAnyObject) {
  for (const char* text : {"{}", R"({"spec":7})", R"({"spec":{"leaseDurationSeconds":-1}})",
                           R"({"spec":{"leaseDurationSeconds":9223372036854775807}})"}) {
    const LeaseRecord record = LeaseRecord::Of(json::parse(text).as_object());
    EXPECT_GE(record.duration, Duration(0));
    EXPECT_LE(record.duration, Duration(std::chrono::hours(24)));
  }
}

/// An API server that holds one lease and has two candidates.
class LeaseTest : public testing::Test {
 protected:
  static constexpr const char* kCollection =
      "/apis/coordination.k8s.io/v1/namespaces/carbon/leases";

  void SetUp() override {
    auto server = net::HttpServer::Start({}, [this](const ServerRequest& r) { return Serve(r); });
    ASSERT_TRUE(server);
    server_ = std::move(*server);
  }

  HttpResponse Serve(const ServerRequest& request) {
    if (down_) {
      return {500, {}, ""};
    }
    if (request.method == "GET") {
      return lease_.empty() ? HttpResponse{404, {}, "{}"}
                            : HttpResponse{200, {}, json::serialize(lease_)};
    }
    json::object body = json::parse(request.body).as_object();
    const json::object* metadata = ObjectAt(body, {"metadata"});
    const bool creates = request.method == "POST" && request.path == kCollection;
    const bool replaces =
        request.method == "PUT" && request.path == std::string(kCollection) + "/leader";
    const bool fits =
        creates ? lease_.empty()
                : replaces && StringAt(metadata, "resourceVersion") == std::to_string(version_);
    if (!fits || --writes_before_conflict_ == 0) {
      return {409, {}, "{}"};
    }
    body["metadata"].as_object()["resourceVersion"] = std::to_string(++version_);
    lease_ = std::move(body);
    return {200, {}, json::serialize(lease_)};
  }

  Client MakeClient() {
    Connection connection;
    connection.server = "http://127.0.0.1:" + std::to_string(server_->port());
    return {connection, net::MakeHttpClient({}), clock_};
  }
  static LeaseOptions Options(const char* holder) {
    LeaseOptions options;
    options.name_space = "carbon";
    options.name = "leader";
    options.holder = holder;
    return options;
  }
  const json::object& Spec() const { return *ObjectAt(lease_, {"spec"}); }

  net::JumpingClock clock_;
  json::object lease_;
  int version_ = 1;
  int writes_before_conflict_ = 0;
  bool down_ = false;
  std::unique_ptr<net::HttpServer> server_;  // last: its thread uses the others
};

TEST_F(LeaseTest, OneHoldsItAndTheOtherFollowsAfterItsDuration) {
  Client first_client = MakeClient();
  Client second_client = MakeClient();
  Lease first(Options("a"), first_client, clock_);
  Lease second(Options("b"), second_client, clock_);
  EXPECT_FALSE(first.Held());
  EXPECT_TRUE(*first.Step());
  EXPECT_FALSE(*second.Step());
  EXPECT_TRUE(first.Held());
  EXPECT_FALSE(second.Held());
  EXPECT_EQ(second.holder(), "a");
  EXPECT_EQ(IntAt(&Spec(), "leaseDurationSeconds"), 15);
  EXPECT_EQ(StringAt(&Spec(), "acquireTime"), "2021-07-01T00:00:00.000000Z");
  for (int i = 0; i < 20; ++i) {
    clock_.Advance(seconds(2));
    EXPECT_TRUE(*first.Step());
    EXPECT_FALSE(*second.Step());
  }
  EXPECT_EQ(StringAt(&Spec(), "acquireTime"), "2021-07-01T00:00:00.000000Z");
  EXPECT_EQ(StringAt(&Spec(), "renewTime"), "2021-07-01T00:00:40.000000Z");
  // The first goes silent: it stops trusting itself before the second takes over.
  int seconds_until_taken = 0;
  while (!*second.Step() && seconds_until_taken < 60) {
    clock_.Advance(seconds(1));
    ++seconds_until_taken;
    EXPECT_FALSE(first.Held() && seconds_until_taken >= 10);
  }
  EXPECT_EQ(seconds_until_taken, 15);
  EXPECT_EQ(IntAt(&Spec(), "leaseTransitions"), 1);
  EXPECT_FALSE(*first.Step());
  EXPECT_EQ(first.holder(), "b");
}

TEST_F(LeaseTest, ReleaseLetsTheOtherFollowAtOnce) {
  Client first_client = MakeClient();
  Client second_client = MakeClient();
  Lease first(Options("a"), first_client, clock_);
  Lease second(Options("b"), second_client, clock_);
  EXPECT_TRUE(*first.Step());
  EXPECT_TRUE(second.Release()) << "not ours: nothing happens";
  EXPECT_FALSE(*second.Step());
  EXPECT_TRUE(first.Release());
  EXPECT_FALSE(first.Held());
  EXPECT_TRUE(*second.Step());
}

TEST_F(LeaseTest, BeingSlowerIsNoError) {
  Client client = MakeClient();
  Lease lease(Options("a"), client, clock_);
  writes_before_conflict_ = 1;
  const auto step = lease.Step();
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_FALSE(*step);
  EXPECT_FALSE(lease.Held());
}

TEST_F(LeaseTest, ARestartedHolderTakesItsLeaseUpAgain) {
  Client client = MakeClient();
  EXPECT_TRUE(*Lease(Options("a"), client, clock_).Step());
  clock_.Advance(seconds(1));
  Lease again(Options("a"), client, clock_);
  EXPECT_TRUE(*again.Step());
  EXPECT_EQ(IntAt(&Spec(), "leaseTransitions"), 0);
}

TEST_F(LeaseTest, WithoutTheServerItIsHeldForTheDeadlineOnly) {
  Client client = MakeClient();
  Lease lease(Options("a"), client, clock_);
  EXPECT_TRUE(*lease.Step());
  down_ = true;
  clock_.Advance(seconds(9));
  EXPECT_FALSE(lease.Step());
  EXPECT_TRUE(lease.Held());
  clock_.Advance(seconds(1));
  EXPECT_FALSE(lease.Held());
  EXPECT_FALSE(lease.Release());
}

}  // namespace
}  // namespace carbon::kube
