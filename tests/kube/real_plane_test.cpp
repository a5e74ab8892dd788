// SPDX-License-Identifier: Apache-2.0
// Against a real API server: lab/plane up --name kubetest --no-nodes, then
// CARBON_KUBE_TEST_KUBECONFIG=$(lab/plane kubeconfig --name kubetest).
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <thread>

#include "kube/client.h"
#include "kube/informer.h"
#include "kube/lease.h"
#include "kube/object.h"

namespace carbon::kube {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class RealPlane : public testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("CARBON_KUBE_TEST_KUBECONFIG");
    if (path == nullptr) {
      GTEST_SKIP() << "CARBON_KUBE_TEST_KUBECONFIG is not set: no API server to test against";
    }
    const auto found = FindCluster(path, "", {});
    ASSERT_TRUE(found) << found.error().message;
    connection_ = *found;
    client_ = MakeClientFactory(connection_, *clock_)({});
    static int count = 0;
    space_ = "carbon-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
    const auto made = client_->Create(
        "/api/v1/namespaces",
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", space_}}}});
    ASSERT_TRUE(made) << made.error().message;
    maps_ = ApiPath({"api", "v1", "namespaces", space_, "configmaps"});
  }
  void TearDown() override {
    if (client_ != nullptr) {
      EXPECT_TRUE(client_->Delete(ApiPath({"api", "v1", "namespaces", space_})));
    }
  }

  std::string MapPath(std::string_view name) const { return maps_ + ApiPath({name}); }
  json::object Map(std::string_view name, std::string_view value) const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}, {"labels", {{"test", "yes"}}}}},
            {"data", {{"value", value}}}};
  }
  static std::string Value(const json::object& map) {
    return std::string(StringAt(ObjectAt(map, {"data"}), "value"));
  }
  static std::string Version(const json::object& object) {
    return std::string(StringAt(ObjectAt(object, {"metadata"}), "resourceVersion"));
  }

  const std::unique_ptr<net::Clock> clock_ = net::MakeMonotonicClock();
  Connection connection_;
  std::unique_ptr<Client> client_;
  std::string space_;
  std::string maps_;
};

TEST_F(RealPlane, CreatesReadsChangesAndDeletes) {
  const auto made = client_->Create(maps_, Map("a", "1"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(client_->Create(maps_, Map("a", "1")).error().kind, Error::Kind::conflict);
  EXPECT_EQ(Value(*client_->Get(MapPath("a"))), "1");
  const auto merged = client_->Patch(MapPath("a"), PatchKind::merge,
                                     json::parse(R"({"data":{"value":"2","gone":"x"}})"));
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(Value(*merged), "2");
  json::object stale = Map("a", "3");
  stale["metadata"].as_object()["resourceVersion"] = Version(*made);
  EXPECT_EQ(client_->Replace(MapPath("a"), stale).error().kind, Error::Kind::conflict);
  stale["metadata"].as_object()["resourceVersion"] = Version(*merged);
  EXPECT_EQ(Value(*client_->Replace(MapPath("a"), stale)), "3");
  EXPECT_EQ(client_->Delete(MapPath("a"), {.uid = "wrong"}).error().kind, Error::Kind::conflict);
  const Status gone = client_->Delete(
      MapPath("a"), {.uid = std::string(StringAt(ObjectAt(*made, {"metadata"}), "uid"))});
  EXPECT_TRUE(gone) << gone.error().message;
  const auto missing = client_->Get(MapPath("a"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::not_found);
  EXPECT_EQ(missing.error().message,
            "GET " + MapPath("a") + ": configmaps \"a\" not found (HTTP 404)");
}

TEST_F(RealPlane, JsonPatchesTestBeforeTheyRemove) {
  ASSERT_TRUE(client_->Create(maps_, Map("a", "1")));
  const auto patch = [&](const char* want) {
    return client_->Patch(MapPath("a"), PatchKind::json,
                          json::array{{{"op", "test"}, {"path", "/data/value"}, {"value", want}},
                                      {{"op", "remove"}, {"path", "/data/value"}}});
  };
  const auto refused = patch("2");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::conflict) << refused.error().message;
  const auto done = patch("1");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(Value(*done), "");
  EXPECT_EQ(patch("1").error().kind, Error::Kind::conflict) << patch("1").error().message;
  const auto invalid = client_->Patch(MapPath("a"), PatchKind::merge, json::parse(R"({"data":7})"));
  EXPECT_EQ(invalid.error().kind, Error::Kind::internal) << invalid.error().message;
}

TEST_F(RealPlane, AppliesFieldsAndSeesOtherManagers) {
  const auto made = client_->Apply(MapPath("a"), Map("a", "1"), "first", false);
  ASSERT_TRUE(made) << made.error().message;
  const auto refused = client_->Apply(MapPath("a"), Map("a", "2"), "second", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::conflict) << refused.error().message;
  const auto forced = client_->Apply(MapPath("a"), Map("a", "2"), "second", true);
  ASSERT_TRUE(forced) << forced.error().message;
  EXPECT_EQ(Value(*forced), "2");
}

TEST_F(RealPlane, ListsInPagesAndBySelector) {
  ClientOptions options;
  options.page = 4;
  const auto paging = MakeClientFactory(connection_, *clock_, options)({});
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(client_->Create(maps_, Map("m" + std::to_string(i), "1")));
  }
  const auto list = paging->List(maps_, {.labels = "test=yes", .fields = ""});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->items.size(), 10U);
  EXPECT_EQ(paging->List(maps_, {.labels = "", .fields = "metadata.name=m3"})->items.size(), 1U);
  EXPECT_EQ(paging->List("/api/v1/unknown").error().kind, Error::Kind::not_found);
}

/// The server forgets in its own time, some 5 to 10 minutes after its start.
TEST_F(RealPlane, AnOldVersionIsExpired) {
  std::string heard;
  const Status status = client_->Watch(maps_, {{"resourceVersion", "1"}, {"timeoutSeconds", "2"}},
                                       seconds(10), [&](std::string_view bytes) {
                                         heard += bytes;
                                         return true;
                                       });
  if (!status) {
    EXPECT_EQ(status.error().kind, Error::Kind::expired) << status.error().message;
  } else if (heard.find("\"code\":410") == std::string::npos) {
    GTEST_SKIP() << "the API server still remembers version 1";
  }
}

TEST_F(RealPlane, AWrongTokenIsDenied) {
  Connection other = connection_;
  other.tls.certificate_pem.clear();
  other.tls.key_pem.clear();
  other.token = "wrong";
  const auto denied = MakeClientFactory(other, *clock_)({})->Get(maps_);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().kind, Error::Kind::denied) << denied.error().message;
}

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 2000; ++i) {
    if (holds()) {
      return true;
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
  return false;
}

TEST_F(RealPlane, AnInformerFollows) {
  ASSERT_TRUE(client_->Create(maps_, Map("a", "1")));
  InformerOptions options;
  options.path = maps_;
  options.selection.labels = "test=yes";
  Informer<std::string> informer(options, MakeClientFactory(connection_, *clock_), *clock_,
                                 [](const json::object& map) { return std::optional(Value(map)); });
  ASSERT_TRUE(informer.AwaitSync(seconds(20))) << informer.LastError();
  const auto value = [&](const char* name) {
    const std::string* found = informer.Now().Find(space_ + "/" + name);
    return found == nullptr ? "" : *found;
  };
  EXPECT_EQ(value("a"), "1");
  ASSERT_TRUE(client_->Create(maps_, Map("b", "2")));
  ASSERT_TRUE(client_->Apply(MapPath("a"), Map("a", "3"), "test", true));
  EXPECT_TRUE(Eventually([&] { return value("b") == "2" && value("a") == "3"; }));
  ASSERT_TRUE(client_->Delete(MapPath("a")));
  EXPECT_TRUE(Eventually([&] { return informer.Now().size() == 1; }));
  EXPECT_EQ(informer.counters().relists, 1U);
  EXPECT_EQ(informer.counters().errors, 0U) << informer.LastError();
  EXPECT_EQ(informer.counters().reconnects, 0U);
}

TEST_F(RealPlane, AnInformerGoesOnAfterTheServerEndsItsWatch) {
  InformerOptions options;
  options.path = maps_;
  options.watch_time = seconds(1);
  Informer<std::string> informer(options, MakeClientFactory(connection_, *clock_), *clock_,
                                 [](const json::object& map) { return std::optional(Value(map)); });
  ASSERT_TRUE(Eventually([&] { return informer.counters().reconnects >= 2; }));
  ASSERT_TRUE(client_->Create(maps_, Map("late", "1")));
  EXPECT_TRUE(Eventually([&] { return informer.Now().Find(space_ + "/late") != nullptr; }));
  EXPECT_EQ(informer.counters().relists, 1U);
}

TEST_F(RealPlane, ALeaseChangesHands) {
  LeaseOptions options;
  options.name_space = space_;
  options.name = "leader";
  options.holder = "a";
  Lease first(options, *client_, *clock_);
  options.holder = "b";
  Lease second(options, *client_, *clock_);
  const auto taken = first.Step();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_TRUE(*taken);
  EXPECT_TRUE(*first.Step());
  EXPECT_FALSE(*second.Step());
  const Status released = first.Release();
  ASSERT_TRUE(released) << released.error().message;
  EXPECT_TRUE(*second.Step());
  EXPECT_FALSE(*first.Step());
}

}  // namespace
}  // namespace carbon::kube
