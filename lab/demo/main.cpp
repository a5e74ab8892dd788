// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "app/cluster_flags.h"
#include "app/parse.h"
#include "app/stop_signals.h"
#include "demo.h"

int main(int argc, char** argv) {
  CLI::App app("Runs real jobs on a recorded grid against a Kubernetes cluster.", "carbon-demo");
  carbon::demo::DemoOptions options;
  app.add_option("--kubeconfig", options.kubeconfig, "of a cluster administrator")->required();
  app.add_option("--binary", options.binary, "path of carbon-kube")->required();
  app.add_option("--data", options.data, "folder of the recordings")->capture_default_str();
  app.add_option("--manifests", options.manifests, "folder of the manifests")
      ->capture_default_str();
  app.add_option("--out", options.out, "folder for the results")->capture_default_str();
  app.add_option("--start", options.start, "beginning of the recording to replay")
      ->capture_default_str();
  app.add_option("--hours", options.hours, "how much of it")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  app.add_option("--speed", options.speed, "seconds of the recording per second")
      ->check(CLI::Range(1.0, 3600.0))
      ->capture_default_str();
  app.add_option("--jobs", options.jobs, "how many jobs")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of the draw of jobs")->capture_default_str();
  app.add_option("--start-margin", options.start_margin, "of the controller")
      ->capture_default_str();
  if (const auto ended = carbon::app::Parse(app, argc, argv)) {
    return *ended;
  }
  carbon::app::StopSignals signals;
  const int code = carbon::app::Finish("demo", carbon::demo::RunDemo(options, signals.token()));
  // As shells say it of a command that a Ctrl-C ended, so that no caller takes it for a failure.
  constexpr int kInterrupted = 130;
  return signals.token().stop_requested() ? kInterrupted : code;
}
