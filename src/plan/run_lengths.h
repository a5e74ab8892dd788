// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace carbon::plan {

/// How long runs of one kind take, learnt from those that ended. A value of some 2 KiB, however
/// many runs it has seen: lengths are counted in classes that are 20 % apart. Not thread-safe.
class RunLengths {
 public:
  /// `prior`: what is believed of a run before any has ended, > 0. It counts as much as one run,
  /// and says that a run that has taken any time takes as long again (an exponential law).
  explicit RunLengths(Duration prior) : prior_(prior) {}

  void Learn(Duration length);

  /// What is left of a run: its mean, and values that are as likely as each other, ascending; each
  /// at least a millisecond.
  static constexpr size_t kQuantiles = 32;
  struct Left {
    Duration mean{};
    std::array<Duration, kQuantiles> quantiles{};
  };
  /// Of a run that has taken `ran` and has not ended.
  Left ExpectedLeft(Duration ran) const;

 private:
  static constexpr size_t kClasses = 128;  ///< from a second to more than a century
  static size_t ClassOf(Duration length);
  struct Part {
    double left_ms;
    double runs;
  };
  /// What may be left, ascending: the prior in pieces, and a part for each class beyond `ran`.
  std::vector<Part> Parts(Duration ran) const;

  Duration prior_;
  std::array<uint32_t, kClasses> runs_{};
  std::array<double, kClasses> total_ms_{};  ///< of the lengths in a class
};

}  // namespace carbon::plan
