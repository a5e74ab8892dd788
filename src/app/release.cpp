// SPDX-License-Identifier: Apache-2.0
#include "app/release.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_flags.h"
#include "kube/lease.h"
#include "kube/object.h"
#include "net/clock.h"
#include "workloads/pod.h"

namespace carbon::app {
namespace {

constexpr const char* kExample = R"(Example:
  carbon-kube release pod/etl-nightly -n jobs
  carbon-kube release --all                  # nothing stays held, in any namespace
  carbon-kube release --all --if-controller-gone 10m       # for a CronJob: a dead man's switch)";

struct Options {
  ClusterFlags cluster;
  std::string pod;
  bool all = false;
  std::string if_gone;
  std::string lease_namespace{kube::kLeaseNamespace};
};

/// How long ago a controller last renewed the lease; nothing where none ever did.
Result<std::optional<Duration>> SinceRenewal(kube::Client& client, const std::string& ns,
                                             Time now) {
  const auto lease = client.Get(kube::ApiPath(
      {"apis", "coordination.k8s.io", "v1", "namespaces", ns, "leases", kube::kLeaseName}));
  if (!lease) {
    return lease.error().kind == Error::Kind::not_found
               ? Result<std::optional<Duration>>(std::optional<Duration>())
               : lease.error();
  }
  const auto renewed = ParseTime(kube::StringAt(kube::ObjectAt(*lease, {"spec"}), "renewTime"));
  return renewed ? std::optional(now - *renewed) : std::optional<Duration>();
}

/// Whether --if-controller-gone lets the release go on; says so where it does not.
Result<bool> ControllerIsGone(kube::Client& client, const Options& options, Time now) {
  if (options.if_gone.empty()) {
    return true;
  }
  const auto patience = ParseDuration(options.if_gone);
  if (!patience) {
    return patience.error().In("--if-controller-gone");
  }
  const auto since = SinceRenewal(client, options.lease_namespace, now);
  if (!since) {
    return since.error();
  }
  if (*since && **since < *patience) {
    std::cout << "a controller was there " << FormatDuration(std::max(Duration{}, **since))
              << " ago: nothing to do\n";
    return false;
  }
  return true;
}

plan::Decision ByHand(const workloads::PodView& pod, Time now) {
  return {.job = pod.id(),
          .action = plan::Decision::Action::release,
          .region = {},
          .start = now,
          .reason = {.cause = plan::Cause::by_hand, .decided_at = now}};
}

Result<std::vector<workloads::PodView>> HeldPods(kube::Client& client, const Options& options,
                                                 const std::string& ns) {
  std::vector<workloads::PodView> held;
  const auto keep = [&](const boost::json::object& object) {
    auto pod = workloads::ReadPod(object);
    if (pod && pod->held()) {
      held.push_back(*std::move(pod));
    }
  };
  if (options.all) {
    const auto list = client.List(kube::ApiPath({"api", "v1", "pods"}));
    if (!list) {
      return list.error();
    }
    for (const auto& item : list->items) {
      if (const auto* object = item.if_object()) {
        keep(*object);
      }
    }
    return held;
  }
  const auto name = PodName(options.pod);
  if (!name) {
    return name.error();
  }
  const auto object = client.Get(kube::ApiPath({"api", "v1", "namespaces", ns, "pods", *name}));
  if (!object) {
    return object.error();
  }
  keep(*object);
  return held;
}

/// Lets one pod go; reads it again where it changed meanwhile.
Status Release(kube::Client& client, workloads::PodView pod, Time now) {
  constexpr int kTries = 5;
  const std::string path = kube::ApiPath({"api", "v1", "namespaces", pod.ns, "pods", pod.name});
  for (int tries = 1;; ++tries) {
    const auto done =
        client.Patch(path, kube::PatchKind::merge, workloads::ReleasePatch(pod, ByHand(pod, now)));
    if (done || done.error().kind == Error::Kind::not_found) {
      return {};
    }
    if (done.error().kind != Error::Kind::conflict || tries == kTries) {
      return done.error();
    }
    const auto fresh = client.Get(path);
    const auto view = fresh ? workloads::ReadPod(*fresh) : std::nullopt;
    if (!view || !view->held()) {
      return {};
    }
    pod = *view;
  }
}

Status Run(const Options& options) {
  if (options.all != options.pod.empty()) {
    return Invalid("name one pod, or give --all");
  }
  const auto real_clock = net::MakeRealClock();
  const auto cluster = FindCluster(options.cluster, *real_clock);
  if (!cluster) {
    return cluster.error();
  }
  const auto client = cluster->make_client({});
  const auto gone = ControllerIsGone(*client, options, real_clock->Now());
  if (!gone || !*gone) {
    return gone ? Status() : gone.error();
  }
  const auto held = HeldPods(*client, options, cluster->name_space);
  if (!held) {
    return held.error();
  }
  for (const workloads::PodView& pod : *held) {
    if (const Status done = Release(*client, pod, real_clock->Now()); !done) {
      return done.error();
    }
    std::cout << "pod/" << pod.name << " -n " << pod.ns << " released\n";
  }
  if (held->empty()) {
    std::cout << "nothing is held\n";
  }
  return {};
}

}  // namespace

CLI::App* AddReleaseCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("release", "Let held pods go at once, with or without a controller");
  command->footer(kExample);
  AddClusterFlags(*command, options->cluster, true);
  command->add_option("pod", options->pod, "pod/NAME or NAME");
  command->add_flag("--all", options->all, "every held pod of every namespace");
  command
      ->add_option("--if-controller-gone", options->if_gone,
                   "only where no controller has renewed its lease for this long")
      ->type_name("DURATION");
  command
      ->add_option("--leader-elect-namespace", options->lease_namespace,
                   "where the controller's lease is")
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = Finish("release", Run(*options)); });
  return command;
}

}  // namespace carbon::app
