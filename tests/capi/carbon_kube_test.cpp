// SPDX-License-Identifier: Apache-2.0
#include "capi/carbon_kube.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "support/published.h"

namespace {

using carbon::kNoon;
using carbon::Published;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr carbon_pod kPod{
    .cpu_millicores = 4000, .memory_bytes = 16'000'000'000, .run_milliseconds = 7'200'000};
const int64_t kNow = kNoon.time_since_epoch().count();

carbon_text Text(std::string_view text) { return {text.data(), text.size()}; }

/// Names as they are passed.
struct Names {
  std::string bytes;
  std::vector<uint32_t> ends;

  explicit Names(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      bytes += name;
      ends.push_back(static_cast<uint32_t>(bytes.size()));
    }
  }
  carbon_names view() const { return {bytes.data(), ends.data(), ends.size()}; }
};

class CarbonKube : public testing::Test {
 protected:
  CarbonKube() {
    EXPECT_EQ(carbon_load_zones(ranker_, Text(Published({{"DE", 400}, {"SE", 20}})), error_.data(),
                                error_.size()),
              CARBON_OK);
    Upsert("german", "DE");
    Upsert("swedish", "SE");
  }
  CarbonKube(const CarbonKube&) = delete;
  CarbonKube& operator=(const CarbonKube&) = delete;
  ~CarbonKube() override { carbon_ranker_close(ranker_); }

  void Upsert(std::string_view name, std::string_view zone) {
    const carbon_node node{.region = {}, .instance_type = Text("m5.large"), .zone = Text(zone)};
    EXPECT_EQ(carbon_upsert_node(ranker_, Text(name), &node, error_.data(), error_.size()),
              CARBON_OK);
  }

  carbon_status Score(const carbon_pod* pod, const carbon_names* names, int64_t now = kNow) {
    const size_t count = names == nullptr ? 0 : names->count;
    values_.assign(count, -1);
    scores_.assign(count, 255);
    return carbon_score(ranker_, pod, now, names, values_.data(), scores_.data(), &unknown_,
                        error_.data(), error_.size());
  }
  std::string Error() const { return error_.data(); }

  std::array<char, 200> error_{};
  carbon_ranker* ranker_ = carbon_ranker_open({}, nullptr, 0);
  std::vector<double> values_;
  std::vector<uint8_t> scores_;
  size_t unknown_ = 0;
};

TEST_F(CarbonKube, ScoresNodesInTheOrderAskedFor) {
  EXPECT_EQ(carbon_abi_version(), static_cast<uint32_t>(CARBON_ABI_VERSION));
  const Names names({"swedish", "german", "lunar", "swedish"});
  const carbon_names view = names.view();
  ASSERT_EQ(Score(&kPod, &view), CARBON_OK) << Error();
  EXPECT_THAT(scores_, ElementsAre(100, 5, 14, 100));
  EXPECT_NEAR(values_[1] / values_[0], 20, 1e-9);
  EXPECT_TRUE(std::isnan(values_[2]));
  EXPECT_EQ(values_[3], values_[0]);
  EXPECT_EQ(unknown_, 1U);
  EXPECT_EQ(Error(), "");
}

TEST_F(CarbonKube, OutputsMayBeLeftOut) {
  const Names names({"swedish"});
  const carbon_names view = names.view();
  EXPECT_EQ(carbon_score(ranker_, &kPod, kNow, &view, nullptr, nullptr, nullptr, nullptr, 0),
            CARBON_OK);
}

TEST_F(CarbonKube, NobodyAskedForIsNoFault) {
  const carbon_names nobody{};
  EXPECT_EQ(Score(&kPod, &nobody), CARBON_OK);
  EXPECT_EQ(unknown_, 0U);
}

TEST_F(CarbonKube, ForgetsZonesAndNodes) {
  const Names names({"swedish", "german"});
  const carbon_names view = names.view();
  EXPECT_EQ(carbon_remove_node(ranker_, Text("swedish")), CARBON_OK);
  ASSERT_EQ(Score(&kPod, &view), CARBON_OK);
  EXPECT_THAT(scores_, ElementsAre(100, 100)) << "the unknown one counts as the mean";
  EXPECT_EQ(unknown_, 1U);
  EXPECT_EQ(carbon_forget_zones(ranker_), CARBON_OK);
  ASSERT_EQ(Score(&kPod, &view), CARBON_OK);
  EXPECT_THAT(scores_, ElementsAre(0, 0));
  EXPECT_EQ(unknown_, 2U);
}

TEST_F(CarbonKube, FiftyThousandNamesTwiceEach) {
  std::vector<std::string> many;
  for (int i = 0; i < 50'000; ++i) {
    many.push_back("node-" + std::to_string(i % 25'000));
  }
  for (int i = 0; i < 25'000; ++i) {
    Upsert(many[static_cast<size_t>(i)], i % 2 == 0 ? "DE" : "SE");
  }
  const Names names(many);
  const carbon_names view = names.view();
  ASSERT_EQ(Score(&kPod, &view), CARBON_OK) << Error();
  for (size_t i = 0; i < many.size(); ++i) {
    ASSERT_EQ(scores_[i], i % 2 == 0 ? 5 : 100) << i;
  }
}

TEST_F(CarbonKube, BytesThatAreNoNameAreUnknown) {
  const Names names({"", "\xff\xfe", std::string("a\0b", 3), "swedish"});
  const carbon_names view = names.view();
  ASSERT_EQ(Score(&kPod, &view), CARBON_OK) << Error();
  EXPECT_EQ(unknown_, 3U);
  EXPECT_EQ(scores_[3], 100);
}

TEST_F(CarbonKube, RefusesBadQuestionsAndSaysWhy) {
  const Names names({"swedish", "german"});
  const carbon_names good = names.view();
  const std::array<uint32_t, 2> backwards = {5, 3};
  const carbon_names reversed{"swedish", backwards.data(), 2};
  const std::array<uint32_t, 1> one = {3};
  const carbon_names bare{nullptr, one.data(), 1};
  const carbon_names endless{names.bytes.data(), names.ends.data(), CARBON_MOST_NODES + 1};
  const carbon_names endless_without_ends{names.bytes.data(), nullptr, 2};
  const carbon_pod negative{.cpu_millicores = -1, .memory_bytes = 0, .run_milliseconds = 0};
  const carbon_pod huge{.cpu_millicores = std::numeric_limits<int64_t>::max(),
                        .memory_bytes = 0,
                        .run_milliseconds = 0};
  const carbon_pod eternal{.cpu_millicores = 0,
                           .memory_bytes = 0,
                           .run_milliseconds = std::numeric_limits<int64_t>::max()};
  struct Row {
    const carbon_pod* pod;
    const carbon_names* names;
    int64_t now;
    const char* why;
  };
  const std::vector<Row> table = {
      {nullptr, &good, kNow, "no pod"},
      {&negative, &good, kNow, "a pod's CPU, memory or run is negative"},
      {&huge, &good, kNow, "beyond all measure"},
      {&eternal, &good, kNow, "beyond all measure"},
      {&kPod, nullptr, kNow, "no names"},
      {&kPod, &endless_without_ends, kNow, "no names"},
      {&kPod, &bare, kNow, "name 1 ends before it begins"},
      {&kPod, &reversed, kNow, "name 2 ends before it begins"},
      {&kPod, &endless, kNow, "100001 nodes in one question, more than 100000"},
      {&kPod, &good, -1, "the time is not one from 1970 to 9999"},
      {&kPod, &good, std::numeric_limits<int64_t>::max(), "the time is not one"},
  };
  for (const Row& row : table) {
    EXPECT_EQ(carbon_score(ranker_, row.pod, row.now, row.names, nullptr, nullptr, nullptr,
                           error_.data(), error_.size()),
              CARBON_INVALID)
        << row.why;
    EXPECT_THAT(Error(), HasSubstr(row.why));
  }
}

TEST_F(CarbonKube, RefusesBadNodesAndZonesAndKeepsWhatItKnew) {
  const std::string endless(254, 'x');
  const carbon_node good{};
  const carbon_node labelled{.region = Text(endless), .instance_type = {}, .zone = {}};
  EXPECT_EQ(carbon_upsert_node(ranker_, {}, &good, error_.data(), error_.size()), CARBON_INVALID);
  EXPECT_EQ(Error(), "a node's name has 1 to 253 bytes, not 0");
  EXPECT_EQ(carbon_upsert_node(ranker_, Text(endless), &good, error_.data(), error_.size()),
            CARBON_INVALID);
  EXPECT_EQ(carbon_upsert_node(ranker_, Text("a"), &labelled, error_.data(), error_.size()),
            CARBON_INVALID);
  EXPECT_EQ(Error(), "a label has at most 253 bytes, not 254");
  EXPECT_EQ(carbon_upsert_node(ranker_, Text("a"), nullptr, nullptr, 0), CARBON_INVALID);
  EXPECT_EQ(carbon_remove_node(ranker_, {}), CARBON_INVALID);
  for (const std::string& zones :
       {std::string("{"), std::string("[{\"zone\":\"DE\"}]"), std::string(1 << 21, ' ')}) {
    EXPECT_EQ(carbon_load_zones(ranker_, Text(zones), error_.data(), error_.size()),
              CARBON_INVALID);
    EXPECT_NE(Error(), "");
  }
  const Names names({"swedish", "german"});
  const carbon_names view = names.view();
  ASSERT_EQ(Score(&kPod, &view), CARBON_OK);
  EXPECT_EQ(unknown_, 0U);
}

TEST_F(CarbonKube, CutsAnErrorToTheRoomItHas) {
  std::array<char, 8> small{};
  EXPECT_EQ(carbon_load_zones(ranker_, Text("{"), small.data(), small.size()), CARBON_INVALID);
  EXPECT_STREQ(small.data(), "not a J");
  EXPECT_EQ(carbon_load_zones(ranker_, Text("{"), nullptr, 0), CARBON_INVALID);
}

TEST_F(CarbonKube, ExplainsWhereThereIsRoom) {
  size_t needed = 0;
  EXPECT_EQ(carbon_explain(ranker_, &kPod, kNow, Text("swedish"), nullptr, 0, &needed),
            CARBON_INVALID);
  std::string json(needed, 'x');
  ASSERT_EQ(
      carbon_explain(ranker_, &kPod, kNow, Text("swedish"), json.data(), json.size(), &needed),
      CARBON_OK);
  EXPECT_EQ(json.back(), '\0');
  EXPECT_THAT(json, StartsWith(R"({"node":"swedish","zone":"SE",)"));
  EXPECT_EQ(
      carbon_explain(ranker_, nullptr, kNow, Text("swedish"), json.data(), json.size(), nullptr),
      CARBON_INVALID);
}

TEST(CarbonReadDuration, ReadsWhatAnnotationsHold) {
  int64_t milliseconds = 7;
  EXPECT_EQ(carbon_read_duration(Text("1h30m"), &milliseconds, nullptr, 0), CARBON_OK);
  EXPECT_EQ(milliseconds, 5'400'000);
  std::array<char, 100> error{};
  EXPECT_EQ(carbon_read_duration(Text("soon"), &milliseconds, error.data(), error.size()),
            CARBON_INVALID);
  EXPECT_STREQ(error.data(), "'soon' is not a duration such as 90s, 1h30m or 2d");
  EXPECT_EQ(milliseconds, 5'400'000);
  EXPECT_EQ(carbon_read_duration({}, nullptr, nullptr, 0), CARBON_INVALID);
}

TEST(CarbonRankerOpen, RefusesAWrongOption) {
  std::array<char, 100> error{};
  EXPECT_EQ(carbon_ranker_open(Text(R"({"formula":"guess"})"), error.data(), error.size()),
            nullptr);
  EXPECT_STREQ(error.data(), "formula: is not expected-emissions or intensity-times-cores");
  carbon_ranker_close(nullptr);
}

}  // namespace
