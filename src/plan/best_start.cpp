// SPDX-License-Identifier: Apache-2.0
#include "plan/best_start.h"

#include <algorithm>
#include <cassert>

namespace carbon::plan {
namespace {

/// Keeps the best of the starts it is shown, which come in ascending order.
class Search {
 public:
  Search(const grid::Series& series, Duration length) : series_(series), length_(length) {}

  void Try(Time start) {
    const auto mean = series_.Mean(start, start + length_);
    if (mean && (!best_ || *mean < best_->mean || (*mean == best_->mean && start < best_->start))) {
      best_ = Window{start, *mean};
    }
  }

  const std::optional<Window>& best() const { return best_; }

 private:
  const grid::Series& series_;
  Duration length_;
  std::optional<Window> best_;
};

}  // namespace

std::optional<Window> BestStart(const grid::Series& series, Time earliest, Time latest,
                                Duration length) {
  assert(length > Duration::zero() && earliest <= latest);
  Search search(series, length);
  search.Try(earliest);
  const Duration step = series.step();
  const auto first_on_raster = [&](Time from) {
    const Duration past = ((from - series.start()) % step + step) % step;
    return past == Duration::zero() ? from : from + (step - past);
  };
  const Time last = std::min(latest, series.end() - length);
  const Time from = std::max(earliest, series.start());
  for (Time start = first_on_raster(from); start <= last; start += step) {
    search.Try(start);
  }
  for (Time end = first_on_raster(from + length); end - length <= last; end += step) {
    search.Try(end - length);
  }
  search.Try(latest);
  return search.best();
}

}  // namespace carbon::plan
