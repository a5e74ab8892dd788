// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"

namespace carbon::plan {

/// How long runs of one kind take, learnt from those that ended and from those that have not yet,
/// without which long ones would seem rare at first. A value of some 2 KiB, however many runs it
/// has seen: lengths are counted in classes that are 20 % apart. Not thread-safe.
class RunLengths {
 public:
  /// `prior`: what is believed of a run before any has ended, > 0. It says that a run that has
  /// taken any time takes as long again (an exponential law), and counts as kPriorCountsAs runs.
  explicit RunLengths(Duration prior) : prior_(prior) {}
  static constexpr double kPriorCountsAs = 4;

  /// A run has ended.
  void Learn(Duration length);
  /// A run has taken `ran` and has not ended, which holds until it is taken back.
  void Watch(Duration ran) { ++running_[ClassOf(ran)]; }
  /// Takes back one Watch() of the same time.
  void Unwatch(Duration ran) { --running_[ClassOf(ran)]; }

  /// What is left of a run: its mean, and values that are as likely as each other, ascending; each
  /// at least a millisecond.
  static constexpr size_t kQuantiles = 32;
  struct Left {
    Duration mean{};
    std::array<Duration, kQuantiles> quantiles{};
  };
  /// Of a run that has taken `ran` and has not ended: the product-limit estimate (E. L. Kaplan and
  /// P. Meier, "Nonparametric Estimation from Incomplete Observations", 1958), the prior's runs
  /// among those that ended. `alike`: how long other runs of the same template took. Each of them
  /// counts as one run, and all that was learnt here together as kKindCountsAs: the predictive law
  /// of a Dirichlet process with that base measure (T. S. Ferguson, "A Bayesian Analysis of Some
  /// Nonparametric Problems", 1973).
  Left ExpectedLeft(Duration ran, std::span<const Duration> alike = {}) const;
  static constexpr double kKindCountsAs = 1;

 private:
  static constexpr size_t kClasses = 128;  ///< from a second to more than a century
  static size_t ClassOf(Duration length);
  struct Part {
    double left_ms;
    double chance;  ///< or a multiple of it, the same for all parts
  };
  /// What may be left, ascending; the chances add up to 1.
  std::vector<Part> Parts(Duration ran) const;
  /// The chance that a run lasts until its length is in a class.
  double Reaches(size_t index) const;
  static Left Summary(const std::vector<Part>& parts);

  Duration prior_;
  std::array<uint32_t, kClasses> ended_{};
  std::array<double, kClasses> total_ms_{};  ///< of the lengths of those
  std::array<uint32_t, kClasses> running_{};
};

/// How long the last runs of each template took. Made for millions of templates, most of which run
/// once: 8 bytes for each, and 136 more from its second run on. Not thread-safe.
class TemplateLengths {
 public:
  /// `template_id`: small numbers, as there is room for all up to the largest.
  void Learn(uint32_t template_id, Duration length);

  /// The last runs of a template, at most kMost, in any order; valid until the next Learn().
  static constexpr size_t kMost = 16;
  std::span<const Duration> Of(uint32_t template_id) const;

 private:
  struct Recent {
    std::array<Duration, kMost> lengths{};
    uint64_t runs = 0;
  };
  /// By template: nothing yet (0), the length of its only run, or ~(its place in `recents_`).
  std::vector<Duration> onlys_;
  std::vector<Recent> recents_;
};

}  // namespace carbon::plan
