// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

#include <CLI/CLI.hpp>
#include <array>
#include <string>

#include "app/controller_command.h"
#include "app/extender_command.h"
#include "app/forecast.h"
#include "app/parse.h"
#include "app/plan_command.h"
#include "app/poll.h"
#include "app/release.h"
#include "app/replay_grid.h"
#include "app/scheduler_config_command.h"
#include "app/serve_command.h"
#include "app/simulate.h"
#include "app/why.h"
#include "app/zones.h"

namespace carbon::app {
namespace {

using AddCommand = CLI::App* (*)(CLI::App&, int&);
constexpr std::array kCommands = std::to_array<AddCommand>(
    {AddControllerCommand, AddWhyCommand, AddReleaseCommand, AddZonesCommand, AddForecastCommand,
     AddPlanCommand, AddPollCommand, AddServeCommand, AddExtenderCommand, AddSchedulerConfigCommand,
     AddSimulateCommand, AddReplayGridCommand});

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("Runs batch jobs on Kubernetes where and when the electricity grid is clean.",
               "carbon-kube");
  app.set_version_flag("--version", std::string("carbon-kube ") + CARBON_KUBE_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  int exit_code = 0;
  for (const AddCommand add : kCommands) {
    add(app, exit_code);
  }
  const auto ended = Parse(app, argc, argv);
  return ended.value_or(exit_code);
}

}  // namespace carbon::app
