// SPDX-License-Identifier: Apache-2.0
#include "app/flexibility_flags.h"

#include <cmath>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace carbon::app {
namespace {

Result<plan::PauseCost> PauseOf(const FlexibilityFlags& flags) {
  const double energy = flags.pause_energy.value_or(0);
  if (!std::isfinite(energy) || energy < 0) {
    return Invalid("--pause-energy: must be 0 or more kWh");
  }
  plan::PauseCost pause{.energy = KilowattHours(energy), .delay = {}};
  if (!flags.pause_delay.empty()) {
    const auto delay = ParseDuration(flags.pause_delay);
    if (!delay) {
      return delay.error().In("--pause-delay");
    }
    pause.delay = *delay;
  }
  return pause;
}

/// n workers do n^exponent times the work of one.
std::vector<double> PowersOf(size_t workers, double exponent) {
  std::vector<double> curve;
  for (size_t each = 1; each <= workers; ++each) {
    curve.push_back(std::pow(static_cast<double>(each), exponent));
  }
  return curve;
}

Error NotScaling(const std::string& text) {
  return Invalid(
      "--scaling: '" + Printable(text) +
      "' is neither an exponent from 0 to 1 nor the work per hour of 1, 2 and more workers, "
      "such as 1,1.9,2.7");
}

Result<std::vector<double>> CurveOf(const std::string& text, size_t workers) {
  if (text.empty()) {
    return PowersOf(workers, 1);
  }
  std::vector<double> curve;
  for (const std::string_view part : Split(text, ',')) {
    const auto number = ParseDouble(part);
    if (!number) {
      return NotScaling(text);
    }
    curve.push_back(*number);
  }
  if (curve.size() > 1) {
    return curve;
  }
  const double exponent = curve.front();
  return exponent >= 0 && exponent <= 1 ? Result<std::vector<double>>(PowersOf(workers, exponent))
                                        : NotScaling(text);
}

Result<std::vector<double>> WorkPerHourOf(const FlexibilityFlags& flags) {
  const int workers = flags.max_parallelism.value_or(1);
  if (workers < 1 || static_cast<size_t>(workers) > plan::kMostWorkers) {
    return Invalid("--max-parallelism: must be from 1 to " + std::to_string(plan::kMostWorkers));
  }
  auto curve = CurveOf(flags.scaling, static_cast<size_t>(workers));
  if (!curve) {
    return curve.error();
  }
  if (curve->size() != static_cast<size_t>(workers)) {
    return Invalid("--scaling: tells the work of " + std::to_string(curve->size()) +
                   " numbers of workers, and --max-parallelism is " + std::to_string(workers));
  }
  if (const Status concave = plan::CheckConcave(*curve); !concave) {
    return concave.error().In("--scaling");
  }
  return curve;
}

}  // namespace

void AddFlexibilityFlags(CLI::App& command, FlexibilityFlags& flags) {
  auto* pausable = command.add_flag(
      "--pausable", flags.pausable,
      "show also what pauses would save; a preview: the controller starts a job once");
  command
      .add_option("--pause-energy", flags.pause_energy,
                  "energy of each pause, to write the checkpoint and read it (0)")
      ->type_name("KWH")
      ->needs(pausable);
  command
      .add_option("--pause-delay", flags.pause_delay,
                  "how long it runs after each pause to be where it was: restart, recompute (0s)")
      ->type_name("DURATION")
      ->needs(pausable);
  auto* parallelism =
      command
          .add_option("--max-parallelism", flags.max_parallelism,
                      "show also what up to so many workers would save, each as the job is "
                      "described; a preview too")
          ->type_name("N");
  command
      .add_option("--scaling", flags.scaling,
                  "how work grows with workers: n^EXPONENT, or the work per hour of 1, 2 and more "
                  "workers, such as 1,1.9,2.7 (1: linearly)")
      ->type_name("EXPONENT|LIST")
      ->needs(parallelism);
}

Result<std::optional<plan::Flexibility>> FlexibilityOf(const FlexibilityFlags& flags) {
  const auto curve = WorkPerHourOf(flags);
  if (!curve) {
    return curve.error();
  }
  plan::Flexibility flexibility{.pause = {}, .work_per_hour = *curve};
  if (flags.pausable) {
    const auto pause = PauseOf(flags);
    if (!pause) {
      return pause.error();
    }
    flexibility.pause = *pause;
  }
  const bool asked = flags.pausable || flags.max_parallelism;
  return asked ? std::optional(std::move(flexibility)) : std::nullopt;
}

}  // namespace carbon::app
