// SPDX-License-Identifier: Apache-2.0
// What a poll of many zones costs, and what a reader of the board pays.
#include <benchmark/benchmark.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/scores.h"
#include "feeds/board_channel.h"
#include "feeds/electricity_maps.h"
#include "grid/board.h"
#include "grid/zone_record.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;

constexpr size_t kZones = 400;
constexpr int kHours = 96;
constexpr auto kKind = grid::SignalKind::average_lifecycle;
const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

grid::ZoneId ZoneOf(size_t index) { return {"ZONE-" + std::to_string(index)}; }

int Intensity(size_t zone, Time time) {
  const auto hour = static_cast<size_t>(time.time_since_epoch() / hours(1));
  return 100 + static_cast<int>((zone * 7 + hour * 31 + hour % 24 * 11) % 300);
}

std::string Row(size_t zone, Time time) {
  return R"({"carbonIntensity":)" + std::to_string(Intensity(zone, time)) + R"(,"datetime":")" +
         FormatTime(time) + "\"}";
}

/// What the service answers for a zone at `now`.
struct Bodies {
  std::string latest;
  std::string forecast;
};

Bodies BodiesOf(size_t zone, Time now) {
  std::string rows;
  for (int hour = 0; hour < kHours; ++hour) {
    rows += (hour == 0 ? "" : ",") + Row(zone, now + hours(hour));
  }
  const std::string head = R"({"zone":")" + ZoneOf(zone).name + R"(",)";
  return {
      .latest = head + R"("emissionFactorType":"lifecycle",)" + Row(zone, now).substr(1),
      .forecast = head + R"("updatedAt":")" + FormatTime(now) + R"(","forecast":[)" + rows + "]}"};
}

grid::ZoneReading Read(size_t zone, const Bodies& bodies, Time now) {
  const grid::ZoneId id = ZoneOf(zone);
  return {.zone = id,
          .kind = kKind,
          .source = "benchmark",
          .fetched_at = now,
          .latest = *ParseLatest(bodies.latest, id, kKind),
          .forecast = *ParseForecast(bodies.forecast, id, kKind),
          .history = {}};
}

/// The ConfigMap as it is sent.
std::string Text(const grid::Board& board) {
  const auto map = controller::ConfigMapOf(controller::Scores::Of(board), {}, board.as_of());
  return boost::json::serialize(map.object);
}

/// An hour's poll of all zones, after the blends have had a month to learn from: from the bodies
/// that the service answered to the board that is read and the text that is published.
void Publish(benchmark::State& state) {
  std::map<grid::ZoneId, grid::ZoneRecord> records;
  Time now = kStart;
  for (size_t zone = 0; zone < kZones; ++zone) {
    records.emplace(ZoneOf(zone), grid::ZoneRecord(ZoneOf(zone), kKind));
  }
  for (; now < kStart + hours(30 * 24); now += hours(1)) {
    for (size_t zone = 0; zone < kZones; ++zone) {
      std::vector<double> values;
      for (int hour = 0; hour < kHours; ++hour) {
        values.push_back(Intensity(zone, now + hours(hour)) + 5);
      }
      const grid::Observation latest{.at = now, .intensity = GramsPerKwh(Intensity(zone, now))};
      (void)records.at(ZoneOf(zone))
          .Take({.zone = ZoneOf(zone),
                 .kind = kKind,
                 .source = "benchmark",
                 .fetched_at = now,
                 .latest = latest,
                 .forecast = grid::Forecast{now, grid::Series(now, hours(1), std::move(values))},
                 .history = {}});
    }
  }
  BoardChannel channel;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Bodies> bodies;
    for (size_t zone = 0; zone < kZones; ++zone) {
      bodies.push_back(BodiesOf(zone, now));
    }
    state.ResumeTiming();
    for (size_t zone = 0; zone < kZones; ++zone) {
      (void)records.at(ZoneOf(zone)).Take(Read(zone, bodies[zone], now));
    }
    auto board =
        std::make_shared<const grid::Board>(grid::Board::Of(records, now, grid::OutlookRules{}));
    benchmark::DoNotOptimize(Text(*board));
    channel.Publish(std::move(board));
    now += hours(1);
  }
}

/// Four threads look zones up while a fifth publishes boards.
class ReadFixture : public benchmark::Fixture {
 public:
  BoardChannel channel;

  void SetUp(benchmark::State& state) override {
    if (state.thread_index() == 0) {
      std::vector<grid::ZoneReading> readings;
      for (size_t zone = 0; zone < kZones; ++zone) {
        readings.push_back(Read(zone, BodiesOf(zone, kStart), kStart));
      }
      channel.Publish(std::make_shared<const grid::Board>(
          grid::Board::Of(readings, kStart, grid::OutlookRules{})));
    }
  }
};

BENCHMARK_DEFINE_F(ReadFixture, Read)(benchmark::State& state) {
  BoardReader reader(channel);
  const grid::ZoneId zone = ZoneOf(static_cast<size_t>(state.thread_index()) * 97);
  for (auto _ : state) {
    benchmark::DoNotOptimize(reader.Read().Find(zone)->now);
  }
}

BENCHMARK(Publish)->Name("signals.publish_ms")->Unit(benchmark::kMillisecond)->Iterations(20);
BENCHMARK_REGISTER_F(ReadFixture, Read)->Name("signals.read_ns")->Threads(4);

}  // namespace
}  // namespace carbon::feeds

BENCHMARK_MAIN();
