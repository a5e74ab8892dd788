// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <vector>

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

/// How far many parts of one piece of work are together, each of the same weight. Any thread may
/// call it.
class SharedProgress {
 public:
  /// `progress` outlives this.
  SharedProgress(Progress& progress, size_t parts) : progress_(progress), shares_(parts) {}

  /// `share` of a part is done.
  void Show(size_t part, double share, const std::string& what);

 private:
  std::mutex mutex_;
  Progress& progress_;
  std::vector<double> shares_;
  double sum_ = 0;
};

/// Real time since the call of this function.
std::function<Duration()> Stopwatch();

}  // namespace carbon::app
