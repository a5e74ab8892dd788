// SPDX-License-Identifier: Apache-2.0
#include "controller/daemon.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <mutex>
#include <thread>

#include "net/http_server.h"

namespace carbon::controller {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The part of an API server that the daemon uses, with one held pod and a node in each region.
class SmallApi {
 public:
  explicit SmallApi(std::string deadline, std::vector<std::string> regions = {"eu-central-1"})
      : deadline_(std::move(deadline)), regions_(std::move(regions)) {
    auto server = net::HttpServer::Start(
        {}, [this](const net::ServerRequest& request) { return Answer(request); });
    server_ = *std::move(server);
  }

  std::string Url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  bool released() const { return released_; }
  int events() const { return events_; }
  /// What was published; empty where nothing was.
  std::string config_map() const {
    const std::lock_guard lock(mutex_);
    return config_map_;
  }
  /// What the pod was told last; nothing where it was told nothing.
  std::optional<plan::Reason> plan() const {
    const std::lock_guard lock(mutex_);
    return plan_;
  }
  /// Adds a pod that ran for so long, before the other one.
  void AddEnded(const std::string& name, Duration length) {
    const std::lock_guard lock(mutex_);
    const Time ended = *ParseTime("2021-06-30T20:00:00Z");
    json::object pod = Pod();
    pod["metadata"].as_object()["name"] = name;
    pod["metadata"].as_object()["uid"] = "uid of " + name;
    pod["spec"] = json::object();
    const json::object terminated{{"startedAt", FormatTime(ended - length)},
                                  {"finishedAt", FormatTime(ended)}};
    const json::object container{{"state", json::object{{"terminated", terminated}}}};
    pod["status"] =
        json::object{{"phase", "Succeeded"}, {"containerStatuses", json::array{container}}};
    ended_.push_back(pod);
  }
  void Publish(std::string config_map) {
    const std::lock_guard lock(mutex_);
    config_map_ = std::move(config_map);
  }

 private:
  net::HttpResponse Answer(const net::ServerRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.path.find("/configmaps/") != std::string::npos) {
      return ConfigMap(request);
    }
    if (request.method == "PATCH") {
      const auto patch = json::parse(request.body).as_object();
      const auto& annotations = patch.at("metadata").at("annotations").as_object();
      plan_ = *plan::ReasonFromJson(annotations.at(workloads::kPlanAnnotation).as_string());
      if (patch.contains("spec")) {
        released_ = true;
        ++version_;
      }
      return {200, {}, "{}"};
    }
    if (request.method == "POST") {
      ++events_;
      return {201, {}, "{}"};
    }
    if (request.query.contains("sendInitialEvents")) {
      return {400, {}, R"({"kind":"Status","code":400,"message":"no watch list here"})"};
    }
    if (request.query.contains("watch")) {
      // Gone: so that the informer lists again, which is how this server tells its news.
      return {200,
              {},
              R"({"type":"ERROR","object":{"kind":"Status","code":410}})"
              "\n"};
    }
    const bool nodes = request.path == "/api/v1/nodes";
    return {200,
            {},
            json::serialize(json::object{{"metadata", json::object{{"resourceVersion", "1"}}},
                                         {"items", nodes ? Nodes() : Pods()}})};
  }

  net::HttpResponse ConfigMap(const net::ServerRequest& request) {
    if (request.method == "PATCH") {
      config_map_ = request.body;
    }
    return config_map_.empty() ? net::HttpResponse{404, {}, R"({"kind":"Status","code":404})"}
                               : net::HttpResponse{200, {}, config_map_};
  }

  json::array Pods() const {
    json::array pods = ended_;
    pods.push_back(Pod());
    return pods;
  }

  json::object Pod() const {
    json::array gates;
    if (!released_) {
      gates.push_back(json::object{{"name", workloads::kGate}});
    }
    return {{"metadata",
             json::object{{"name", "etl"},
                          {"namespace", "jobs"},
                          {"uid", "u1"},
                          {"resourceVersion", std::to_string(version_)},
                          {"creationTimestamp", "2021-07-01T00:00:00Z"},
                          {"annotations", json::object{{workloads::kDeadlineAnnotation, deadline_},
                                                       {workloads::kDurationAnnotation, "1h"}}}}},
            {"spec", json::object{{"schedulingGates", gates}}}};
  }

  json::array Nodes() const {
    const json::object ready{{"type", "Ready"}, {"status", "True"}};
    json::array nodes;
    for (const std::string& region : regions_) {
      nodes.push_back(json::object{
          {"metadata", json::object{{"name", "node-" + region},
                                    {"resourceVersion", "1"},
                                    {"labels", json::object{{workloads::kRegionLabel, region}}}}},
          {"status", json::object{{"conditions", json::array{ready}}}}});
    }
    return nodes;
  }

  mutable std::mutex mutex_;
  int version_ = 1;
  std::string config_map_;
  std::optional<plan::Reason> plan_;
  json::array ended_;
  std::string deadline_;
  std::vector<std::string> regions_;
  std::atomic<bool> released_{false};
  std::atomic<int> events_{0};
  std::unique_ptr<net::HttpServer> server_;  // last: its thread uses the above
};

/// 400 g/kWh for two hours, then 100.
class TwoLevels final : public feeds::Feed {
 public:
  explicit TwoLevels(const net::Clock& clock) : clock_(clock) {}
  std::string_view Name() const override { return "test"; }
  feeds::Answer Read(const grid::ZoneId& zone, const grid::ZoneReading*, std::stop_token) override {
    const Time now = clock_.Now();
    const Time hour = FloorTo(now, hours(1));
    std::vector<double> values(48, 100);
    values[0] = values[1] = 400;
    return {grid::ZoneReading{.zone = zone,
                              .kind = grid::SignalKind::average_lifecycle,
                              .source = "test",
                              .fetched_at = now,
                              .latest = {},
                              .forecast = grid::Forecast{hour, {hour, hours(1), values}},
                              .history = {}},
            {}};
  }

 private:
  const net::Clock& clock_;
};

const std::vector<std::string> kMoreRegions = {"r1", "r2", "r3", "r4", "r5", "r6"};

/// A provider that knows nobody by this token.
class Refuses final : public feeds::Feed {
 public:
  std::string_view Name() const override { return "test"; }
  feeds::Answer Read(const grid::ZoneId&, const grid::ZoneReading*, std::stop_token) override {
    return {{},
            feeds::Failure{.error = {Error::Kind::denied, "the token was refused"},
                           .scope = feeds::Failure::Scope::provider}};
  }
};

class DaemonTest : public testing::Test {
 protected:
  DaemonTest() {
    make_feed_ = [this] { return std::make_unique<TwoLevels>(*real_); };
  }

  std::vector<std::unique_ptr<feeds::Feed>> Feeds() const {
    std::vector<std::unique_ptr<feeds::Feed>> feeds;
    feeds.push_back(make_feed_());
    return feeds;
  }

  /// Runs a daemon until `done` or ten seconds have passed, then stops it.
  Status RunUntil(const std::string& url, const std::function<bool()>& done) {
    DaemonOptions options;
    options.regions = {{"eu-central-1", {.zone = {"DE"}, .pue = {}}}};
    for (const std::string& region : kMoreRegions) {
      options.regions.insert({region, {.zone = {"zone of " + region}, .pue = {}}});
    }
    options.first_sync = milliseconds(500);
    options.signal.scores = ScoresPlace{};
    DaemonParts parts{.make_client = kube::MakeClientFactory(
                          {.server = url}, *real_, {.tries = 1, .patience = milliseconds(100)}),
                      .signal = {.feeds = Feeds(),
                                 .serve_grid = serve_grid_,
                                 .clock = real_.get(),
                                 .real_clock = real_.get()}};
    Daemon daemon(std::move(options), std::move(parts));
    Status result;
    std::jthread thread([&](const std::stop_token& stop) { result = daemon.Run(stop); });
    for (int i = 0; i < 1000 && !done(); ++i) {
      std::this_thread::sleep_for(milliseconds(10));
    }
    thread.request_stop();
    thread.join();
    return result;
  }

  std::unique_ptr<net::Clock> real_ = net::MakeRealClock();
  std::function<std::unique_ptr<feeds::Feed>()> make_feed_;
  ServeGrid serve_grid_;
};

TEST_F(DaemonTest, ReleasesAPodThatCannotWait) {
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(1)));
  const Status done = RunUntil(api.Url(), [&] { return api.released() && api.events() > 0; });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_TRUE(api.released());
  EXPECT_EQ(api.events(), 1);
}

TEST_F(DaemonTest, ExplainsAPodThatWaitsAndDoesNotReleaseIt) {
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)));
  const Status done = RunUntil(api.Url(), [&] { return api.events() > 0; });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_GE(api.events(), 1);
  EXPECT_FALSE(api.released());
}

TEST_F(DaemonTest, LearnsFromPodsThatEndedBeforeItStarted) {
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)));
  for (const char* name : {"etl-20210628", "etl-20210629", "etl-20210630"}) {
    api.AddEnded(name, hours(5));
  }
  const Status done = RunUntil(api.Url(), [&] { return api.plan().has_value(); });
  EXPECT_TRUE(done) << done.error().message;
  ASSERT_TRUE(api.plan() && api.plan()->length);
  EXPECT_EQ(*api.plan()->length, plan::LearntLength(std::vector<Duration>(3, hours(5)), hours(1)));
}

TEST_F(DaemonTest, DoesNotWaitForZonesOfAProviderThatRefusesTheToken) {
  make_feed_ = [] { return std::make_unique<Refuses>(); };
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)), kMoreRegions);
  const Status done = RunUntil(api.Url(), [&] { return api.released(); });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_TRUE(api.released()) << "although only some of the zones were asked for";
}

TEST_F(DaemonTest, LetsOthersSeeWhatItKnowsOfTheGrid) {
  std::atomic<uint16_t> port = 0;
  serve_grid_ = [&](const feeds::GridWatch& watch, const feeds::BoardChannel& boards) {
    auto server = net::HttpServer::Start(
        {}, [&watch, reader = feeds::BoardReader(boards)](const net::ServerRequest&) mutable {
          const grid::Board& board = reader.Read();
          const grid::Outlook* outlook = board.Find({"DE"});
          const Time now = board.as_of();
          EXPECT_TRUE(watch.Observed({"DE"}, now - hours(1), now).empty());
          return net::HttpResponse{
              200, {}, outlook == nullptr ? "?" : std::to_string(outlook->now.value())};
        });
    port = server ? (*server)->port() : uint16_t{0};
    return server;
  };
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)));
  std::string seen;
  const auto ask = [&] {
    net::HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port);
    const auto response = net::MakeHttpClient({})->Send(request);
    seen = response ? response->body : "";
    return seen.starts_with("400");
  };
  const Status done = RunUntil(api.Url(), [&] { return port != 0 && ask(); });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(seen, "400.000000");
  EXPECT_FALSE(ask()) << "the server ends with the daemon";
}

TEST_F(DaemonTest, EndsWhereItCannotServe) {
  serve_grid_ = [](const feeds::GridWatch&, const feeds::BoardChannel&) {
    return net::HttpServer::Start({.address = "192.0.2.1"}, nullptr);
  };
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)));
  std::atomic<int> looks = 0;
  const Status done = RunUntil(api.Url(), [&] { return ++looks > 100; });
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().message.starts_with("cannot listen on 192.0.2.1:0: "))
      << done.error().message;
}

TEST_F(DaemonTest, PublishesWhatIsKnownOfItsZones) {
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)));
  const Status done = RunUntil(api.Url(), [&] { return !api.config_map().empty(); });
  EXPECT_TRUE(done) << done.error().message;
  const json::value map = json::parse(api.config_map());
  const auto zones = grid::ReadZones(map.at("data").at("zones").as_string());
  ASSERT_TRUE(zones) << zones.error().message;
  ASSERT_EQ(zones->size(), 1U);
  EXPECT_EQ(zones->front().zone.name, "DE");
  EXPECT_EQ(zones->front().intensity, GramsPerKwh(400));
  EXPECT_EQ(zones->front().rung, grid::Rung::fresh);
}

TEST_F(DaemonTest, KnowsAfterARestartWhatWasPublishedAlthoughTheProviderIsDown) {
  SmallApi api(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)));
  ASSERT_TRUE(RunUntil(api.Url(), [&] { return !api.config_map().empty(); }));
  make_feed_ = [] { return std::make_unique<Refuses>(); };
  SmallApi later(FormatTime(FloorTo(real_->Now(), seconds(1)) + hours(9)));
  later.Publish(api.config_map());
  const Status done = RunUntil(later.Url(), [&] { return later.events() > 0; });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_FALSE(later.released()) << "two hours of 400 g/kWh are to be waited out";
}

TEST_F(DaemonTest, SaysThatTheClusterCannotBeRead) {
  std::string nowhere;
  {
    const SmallApi gone("2021-07-01T00:00:00Z");
    nowhere = gone.Url();
  }
  std::atomic<bool> never{false};
  const auto began = real_->Now();
  const Status done =
      RunUntil(nowhere, [&] { return never || real_->Now() - began > milliseconds(1500); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Error::Kind::unavailable);
  EXPECT_TRUE(done.error().message.starts_with("the cluster cannot be read: "))
      << done.error().message;
}

}  // namespace
}  // namespace carbon::controller
