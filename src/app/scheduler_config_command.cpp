// SPDX-License-Identifier: Apache-2.0
#include "app/scheduler_config_command.h"

#include <array>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "app/cluster_flags.h"
#include "app/ranking_flags.h"
#include "app/scheduler_config.h"
#include "app/scores_flags.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: the cluster's own scheduler asks; a second scheduler; Katalyst's asks
  carbon-kube scheduler-config --form extender
  carbon-kube scheduler-config --form plugin --region us-west-2=US-NW-BPAT > config.yaml
  carbon-kube scheduler-config --form katalyst

Which form? docs/reference/scheduler.md#which-form)";

constexpr const char* kFilterWarning =
    "warning: --filter: Karpenter does not know an extender, and starts nodes for pods that no "
    "node is let to have";

struct Options {
  std::string form;
  std::string via = "extender";
  std::string scheduler_name;
  int weight = SchedulerConfig{}.weight;
  ExtenderCall call;
  std::string timeout = FormatDuration(ExtenderCall{}.timeout);
  std::string place = kScoresPlace;
  RankingFlags ranking;
  std::string output = "yaml";

  bool is_katalyst() const { return form == "katalyst"; }
  bool asks_extender() const { return form == "extender" || (is_katalyst() && via == "extender"); }
};

// ---- Which flags belong to which form

constexpr auto kOfExtender = std::to_array<const char*>(
    {"--url", "--timeout", "--filter", "--ca-file", "--cert-file", "--key-file", "--server-name"});
constexpr auto kOfPlugin = std::to_array<const char*>(
    {"--scores-configmap", "--provider", "--region", "--regions", "--formula", "--stale-after"});

Status RefuseGiven(const CLI::App& command, std::span<const char* const> flags, const char* why) {
  for (const char* flag : flags) {
    if (command.count(flag) > 0) {
      return Invalid(std::string(flag) + ": " + why);
    }
  }
  return {};
}

Status RefuseForeignFlags(const CLI::App& command, const Options& options) {
  if (!options.is_katalyst() && command.count("--via") > 0) {
    return Invalid("--via: only --form katalyst can be either; leave it out");
  }
  return options.asks_extender()
             ? RefuseGiven(command, kOfPlugin,
                           "an extender does the ranking; give it to carbon-kube extender, or take "
                           "--form plugin")
             : RefuseGiven(command, kOfExtender,
                           "the plug-in asks no extender; leave it out, or take --form extender");
}

// ---- What the flags mean

Result<ExtenderCall> CallOf(const Options& options) {
  const auto timeout = ParseDuration(options.timeout);
  if (!timeout) {
    return timeout.error().In("--timeout");
  }
  ExtenderCall call = options.call;
  call.timeout = *timeout;
  return call;
}

Result<PluginArgs> PluginArgsOf(const Options& options) {
  const auto place = NeededScoresPlaceOf(options.place);
  if (!place) {
    return place.error();
  }
  auto ranking = RankingOptionsOf(options.ranking);
  if (!ranking) {
    return ranking.error();
  }
  return PluginArgs{.place = *place, .ranking = *std::move(ranking)};
}

std::string UsualName(const std::string& form) {
  return form == "plugin" ? "carbon-scheduler" : form == "katalyst" ? "katalyst-scheduler" : "";
}

Result<SchedulerConfig> Understand(const Options& options) {
  SchedulerConfig config{
      .family = options.is_katalyst() ? SchedulerFamily::katalyst : SchedulerFamily::kubernetes,
      .scheduler_name =
          options.scheduler_name.empty() ? UsualName(options.form) : options.scheduler_name,
      .weight = options.weight,
      .scores = {}};
  if (options.asks_extender()) {
    auto call = CallOf(options);
    if (!call) {
      return call.error();
    }
    config.scores = *std::move(call);
    return config;
  }
  auto args = PluginArgsOf(options);
  if (!args) {
    return args.error();
  }
  config.scores = *std::move(args);
  return config;
}

Status Run(const CLI::App& command, const Options& options) {
  if (const Status fits = RefuseForeignFlags(command, options); !fits) {
    return fits;
  }
  const auto config = Understand(options);
  const auto tree = config ? SchedulerConfigTree(*config) : config.error();
  if (!tree) {
    return tree.error();
  }
  if (options.call.filters) {
    std::cerr << kFilterWarning << "\n";
  }
  std::cout << (options.output == "json" ? boost::json::serialize(*tree) + "\n"
                                         : SchedulerConfigYaml(*tree))
            << std::flush;
  return std::cout ? Status() : Unavailable("cannot write the result");
}

// ---- The flags

void AddCertificateFlags(CLI::App& command, ExtenderCertificates& files) {
  command
      .add_option("--ca-file", files.ca_file,
                  "who signed the extender's certificate; a path where the scheduler runs")
      ->type_name("FILE");
  command
      .add_option("--cert-file", files.cert_file,
                  "by which the extender knows the scheduler; a path where the scheduler runs")
      ->type_name("FILE");
  command.add_option("--key-file", files.key_file, "its key; a path where the scheduler runs")
      ->type_name("FILE");
  command
      .add_option("--server-name", files.server_name,
                  "name in the extender's certificate; else the URL's host")
      ->type_name("NAME");
}

void AddCallFlags(CLI::App& command, Options& options) {
  command
      .add_option("--url", options.call.url,
                  "of the extender; https needs --ca-file, --cert-file and --key-file")
      ->capture_default_str();
  AddCertificateFlags(command, options.call.certificates);
  command
      .add_option("--timeout", options.timeout,
                  "what an extender that hangs may cost each pod; at most 5s")
      ->type_name("DURATION")
      ->capture_default_str();
  command.add_flag(
      "--filter", options.call.filters,
      "ask it which nodes it refuses, too (extender --max-intensity); not beside Karpenter");
}

void Describe(CLI::App& command, Options& options) {
  command.add_option("--form", options.form, "extender, plugin (carbon-scheduler) or katalyst")
      ->check(CLI::IsMember({"extender", "plugin", "katalyst"}))
      ->required();
  command.add_option("--via", options.via, "how Katalyst's scheduler gets at scores")
      ->check(CLI::IsMember({"extender", "plugin"}))
      ->capture_default_str();
  command
      .add_option("--scheduler-name", options.scheduler_name,
                  "what pods call the scheduler; else carbon-scheduler for plugin, "
                  "katalyst-scheduler for katalyst, and not said for extender")
      ->type_name("NAME");
  command
      .add_option("--weight", options.weight,
                  "against kube-scheduler's own plug-ins, which have 12 together")
      ->capture_default_str();
  AddCallFlags(command, options);
  AddScoresFlag(command, options.place);
  AddRankingFlags(command, options.ranking);
  command.add_option("-o,--output", options.output, "how to print it")
      ->check(CLI::IsMember({"yaml", "json"}))
      ->capture_default_str();
}

}  // namespace

CLI::App* AddSchedulerConfigCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "scheduler-config",
      "Print the configuration by which a scheduler takes emissions into account");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([command, options, &exit_code] {
    exit_code = Finish("scheduler-config", Run(*command, *options));
  });
  return command;
}

}  // namespace carbon::app
