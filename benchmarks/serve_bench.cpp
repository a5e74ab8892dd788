// SPDX-License-Identifier: Apache-2.0
// What answering a scheduler costs, from the bytes of its question to those of the answer.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "serve/extender.h"
#include "support/fake_clock.h"
#include "support/published.h"
#include "workloads/node_ranker.h"

namespace carbon::serve {
namespace {

constexpr int kScored = 420;  // of 1000 nodes a scheduler looks at so many
constexpr std::string_view kPod =
    R"({"metadata":{"name":"exec-1093","namespace":"spark","uid":"6e0c3b9c-5f0e-4d8b-9f3f-0b6f6a3c5c11",)"
    R"("creationTimestamp":"2026-11-23T10:00:00Z","labels":{"spark-role":"executor"},)"
    R"("annotations":{"carbon-kube.io/expected-duration":"2h"}},"spec":{"volumes":[{"name":"token",)"
    R"("projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}]}}],)"
    R"("containers":[{"name":"executor","image":"apache/spark:4.0.1","args":["executor"],)"
    R"("env":[{"name":"SPARK_EXECUTOR_MEMORY","value":"12g"},{"name":"SPARK_EXECUTOR_CORES","value":"4"}],)"
    R"("resources":{"requests":{"cpu":"4","memory":"16Gi"},"limits":{"memory":"16Gi"}},)"
    R"("terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent"}],)"
    R"("restartPolicy":"Never","schedulerName":"default-scheduler",)"
    R"("tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute"}]},)"
    R"("status":{"phase":"Pending","qosClass":"Burstable"}})";

std::string NameOf(int node) { return "ip-10-0-1-" + std::to_string(node) + ".ec2.internal"; }

void Prioritize(benchmark::State& state) {
  workloads::NodeRanker ranker{*workloads::ParseNodeRankerOptions("")};
  (void)ranker.LoadZones(
      Published({{"DE", 400}, {"SE", 20}, {"FR", 40}, {"PL", 600}, {"ES", 120}}));
  constexpr std::array kZones = {"DE", "SE", "FR", "PL", "ES"};
  net::ServerRequest question{
      .method = "POST",
      .path = "/prioritize",
      .query = {},
      .parameters = {},
      .headers = {},
      .body = R"({"Pod":)" + std::string(kPod) + R"(,"Nodes":null,"NodeNames":[)"};
  for (int node = 0; node < kScored; ++node) {
    const std::string name = NameOf(node);
    ranker.Upsert(name, {.region = {}, .instance_type = "m5.large", .zone = kZones[node % 5]});
    question.body += (node == 0 ? "\"" : ",\"") + name + "\"";
  }
  question.body += "]}";
  net::FakeClock clock(kNoon);
  ExtenderMetrics metrics;
  Extender extender(ranker, clock, metrics);
  for (auto _ : state) {
    auto answer = extender.Answer(question);
    benchmark::DoNotOptimize(answer);
  }
  if (metrics.Count(ExtenderVerb::prioritize, ExtenderOutcome::answered) == 0) {
    state.SkipWithError("nothing was answered");
  }
  state.SetLabel("420 nodes, names, 5 zones");
}
BENCHMARK(Prioritize)->Name("extender.answer_us")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace carbon::serve

BENCHMARK_MAIN();
