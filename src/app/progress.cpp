// SPDX-License-Identifier: Apache-2.0
#include "app/progress.h"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <utility>

#include "base/text.h"

namespace carbon::app {
namespace {

constexpr Duration kQuiet = std::chrono::seconds(2);
constexpr Duration kRedrawEvery = std::chrono::milliseconds(200);
constexpr Duration kLineEvery = std::chrono::seconds(10);
constexpr int kBarWidth = 30;

}  // namespace

Progress::Progress(std::ostream& out, bool terminal, std::function<Duration()> elapsed)
    : out_(out), terminal_(terminal), elapsed_(std::move(elapsed)), next_(elapsed_() + kQuiet) {}

Progress::~Progress() {
  if (drawn_) {
    out_ << "\r\033[K" << std::flush;
  }
}

void Progress::Show(double share, const std::string& what) {
  const Duration now = elapsed_();
  if (now < next_) {
    return;
  }
  share = std::clamp(share, 0.0, 1.0);
  const std::string percent = Fixed(100 * share, 0) + " %  " + what;
  if (terminal_) {
    const auto full = static_cast<size_t>(share * kBarWidth);
    out_ << "\r\033[K[" << std::string(full, '#') << std::string(kBarWidth - full, ' ') << "] "
         << percent << std::flush;
    drawn_ = true;
  } else {
    out_ << percent << '\n' << std::flush;
  }
  next_ = now + (terminal_ ? kRedrawEvery : kLineEvery);
}

void SharedProgress::Show(size_t part, double share, const std::string& what) {
  const std::scoped_lock lock(mutex_);
  sum_ += share - shares_[part];
  shares_[part] = share;
  progress_.Show(sum_ / static_cast<double>(shares_.size()), what);
}

std::function<Duration()> Stopwatch() {
  const auto begin = std::chrono::steady_clock::now();
  return [begin] {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
  };
}

}  // namespace carbon::app
