// SPDX-License-Identifier: Apache-2.0
#include "app/log_flags.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace carbon::app {

void AddLogFlag(CLI::App& command, std::string& level) {
  command.add_option("--log-level", level, "least level of log lines")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

void StartLog(const std::string& level) {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "carbon-kube", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
}

}  // namespace carbon::app
