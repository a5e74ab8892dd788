// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "grid/series.h"
#include "plan/elastic.h"

namespace carbon::plan {

/// A job of 1000 W a worker that may run as long as the signal is.
inline ElasticWork ThroughoutOf(const grid::Series& signal, double work,
                                std::vector<double> per_hour) {
  return {.arrival = signal.start(),
          .end = signal.end(),
          .work = work,
          .per_hour = std::move(per_hour),
          .per_worker = Watts(1000)};
}

}  // namespace carbon::plan
