// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "base/time.h"

namespace carbon::app {

/// Shows how far a long command is: a bar that redraws itself on a terminal, and elsewhere a plain
/// line now and then. A command that takes less than two seconds shows nothing.
class Progress {
 public:
  /// `elapsed` tells the real time since any fixed moment. `out` (stderr) outlives this.
  Progress(std::ostream& out, bool terminal, std::function<Duration()> elapsed);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Wipes the bar.
  ~Progress();

  /// `share` of all work is done, in [0, 1]; `what` is being worked on.
  void Show(double share, const std::string& what);

 private:
  std::ostream& out_;
  bool terminal_;
  bool drawn_ = false;
  std::function<Duration()> elapsed_;
  Duration next_;  ///< when to show something again
};

/// Real time since the call of this function.
std::function<Duration()> Stopwatch();

}  // namespace carbon::app
