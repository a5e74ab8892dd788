// SPDX-License-Identifier: Apache-2.0
#include "app/why.h"

#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

#include "app/cluster_flags.h"
#include "base/text.h"
#include "kube/object.h"
#include "net/clock.h"
#include "workloads/pod.h"

namespace carbon::app {
namespace {

constexpr const char* kExample = R"(Example:
  carbon-kube why pod/etl-nightly -n jobs
  carbon-kube why etl-nightly --output json | jq .chosen)";

struct Options {
  ClusterFlags cluster;
  std::string pod;
  std::string output = "text";
};

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string Row(const char* mark, const plan::Option& option, Time now) {
  return std::string("  ") + mark + " " + Padded(FormatClock(option.start, now), 14) +
         Padded(option.region, 16) + Padded(option.zone, 16) +
         Padded(Fixed(option.intensity.value(), 0), 8) + Fixed(option.emissions.value(), 1) + "\n";
}

Result<plan::Reason> FetchReason(kube::Client& client, const std::string& ns,
                                 const std::string& name) {
  const auto object = client.Get(kube::ApiPath({"api", "v1", "namespaces", ns, "pods", name}));
  if (!object) {
    return object.error();
  }
  const auto pod = workloads::ReadPod(*object);
  if (!pod) {
    return Unavailable("the API server's answer is not a pod");
  }
  const auto plan = pod->annotations.find(workloads::kPlanAnnotation);
  if (plan != pod->annotations.end()) {
    return plan::ReasonFromJson(plan->second);
  }
  if (pod->held()) {
    return Unavailable("pod " + pod->id() +
                       " is held and has no plan yet: is the controller running?");
  }
  return Error{Error::Kind::not_found,
               "pod " + pod->id() + " has no plan: it does not carry the label " +
                   std::string(workloads::kManagedLabel) + "=true, or was not held"};
}

Status Run(const Options& options) {
  const auto name = PodName(options.pod);
  if (!name) {
    return name.error();
  }
  const auto real_clock = net::MakeRealClock();
  const auto cluster = FindCluster(options.cluster, *real_clock);
  if (!cluster) {
    return cluster.error();
  }
  const auto client = cluster->make_client({});
  const auto reason = FetchReason(*client, cluster->name_space, *name);
  if (!reason) {
    return reason.error();
  }
  std::cout << (options.output == "json"
                    ? plan::ToJson(*reason) + "\n"
                    : RenderReason(cluster->name_space + "/" + *name, *reason));
  return {};
}

}  // namespace

std::string RenderReason(const std::string& pod, const plan::Reason& reason) {
  std::ostringstream out;
  out << "pod " << pod << ": " << plan::Sentence(reason) << "\n"
      << "decided at " << FormatTime(reason.decided_at);
  if (!reason.source.empty()) {
    out << " on the signal of " << reason.source << " (" << reason.rung;
    if (reason.forecast_issued_at) {
      out << ", forecast issued " << FormatTime(*reason.forecast_issued_at);
    }
    out << ")";
  }
  out << "\n";
  if (reason.latest_start) {
    out << "latest start " << FormatTime(*reason.latest_start);
    if (reason.deadline) {
      out << ", deadline " << FormatTime(*reason.deadline);
    }
    out << "\n";
  }
  if (reason.length) {
    out << "length " << plan::Describe(*reason.length) << "\n";
  }
  if (reason.chosen) {
    out << "    " << Padded("start (UTC)", 14) << Padded("region", 16) << Padded("zone", 16)
        << Padded("g/kWh", 8) << "grams\n"
        << Row("*", *reason.chosen, reason.decided_at);
    for (const plan::Option& option : reason.alternatives) {
      out << Row(" ", option, reason.decided_at);
    }
  }
  return out.str();
}

CLI::App* AddWhyCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("why", "Say why a pod waits, or why it started when it did");
  command->footer(kExample);
  AddClusterFlags(*command, options->cluster, true);
  command->add_option("pod", options->pod, "pod/NAME or NAME")->required();
  command->add_option("-o,--output", options->output, "form of the answer")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = Finish("why", Run(*options)); });
  return command;
}

}  // namespace carbon::app
