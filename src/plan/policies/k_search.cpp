// SPDX-License-Identifier: Apache-2.0
// k-search: a job of k steps runs in a step if its intensity is at most a reserve price, and in any
// step once it may not wait longer. If intensities stay within [L, U], it emits at most alpha times
// what its k cleanest steps do, whatever comes; no rule that does not know the future bounds that
// better. With phi = U / L, alpha solves
//   (1 - 1/phi) / (1 - 1/alpha) = (1 + 1/(k alpha))^k.
// Source of alpha: J. Lorenz, K. Panagiotou, R. Steger, "Optimal Algorithms for k-Search with
// Application in Option Pricing", Algorithmica 55, 2009.
//
// After steps of intensities M, of which |M| < k, the reserve price r is the greater of L and the
// solution of
//   alpha (sum of min(a, r) over M + (k - |M|) r) = sum of M + (k - |M|) U:
// were only steps above r left, and U in the last ones, that would be alpha times the optimum.
// Where every step has been run at its reserve price it equals their p_i = U (1 - (1 - 1/alpha) (1
// + 1/(k alpha))^(i-1)). Those alone do not hold the bound for a minimum: a step far below its
// price lowers the optimum too (k = 2 of [1, 100]: 1, 7.1, 100 costs 101 against 8.1, and alpha
// is 8.8). docs/policies.md has the proof.
//
// L and U are of the two weeks before arrival; what lies outside of them is taken for the nearer.
#include <algorithm>
#include <cmath>
#include <vector>

#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

/// What is less counts as that much: a ratio needs a least intensity above zero. In g/kWh.
constexpr double kLeastIntensity = 1;

/// 1 <= alpha <= sqrt(phi), which is the solution for a single step.
double CompetitiveRatio(double phi, double steps) {
  double low = 1;
  double high = std::sqrt(phi);
  while (high - low > 1e-14 * high) {
    const double alpha = (low + high) / 2;
    const double right = (1 - 1 / alpha) * std::exp(steps * std::log1p(1 / (steps * alpha)));
    (right < 1 - 1 / phi ? low : high) = alpha;
  }
  return high;
}

/// The price up to which the next step is run. Intensities in g/kWh, amounts of work in steps.
class Reserve {
 public:
  Reserve(const IntensityRange& range, double steps)
      : least_(std::max(range.least.value(), kLeastIntensity)),
        most_(std::max(range.most.value(), least_)),
        alpha_(CompetitiveRatio(most_ / least_, std::ceil(steps))),
        steps_(steps),
        at_worst_(steps * most_) {
    Update();
  }

  /// Whether a part of a step is to be run, which then counts as run.
  bool Take(double intensity, double part) {
    const double price = std::clamp(intensity, least_, most_);
    if (IsClearlyLess(price_, price)) {
      return false;
    }
    const Taken taken{price, part};
    taken_.insert(
        std::upper_bound(taken_.begin(), taken_.end(), taken,
                         [](const Taken& a, const Taken& b) { return a.price < b.price; }),
        taken);
    at_worst_ -= (most_ - price) * part;
    Update();
    return true;
  }

 private:
  struct Taken {
    double price;
    double part;
  };

  /// Solves for r: what was run below it stays on the left side as it is, the cheapest first.
  void Update() {
    double rest = steps_;
    double price = at_worst_ / (alpha_ * rest);
    for (const Taken& taken : taken_) {
      if (taken.price >= price || rest <= taken.part) {
        break;
      }
      price = (price * rest - taken.price * taken.part) / (rest - taken.part);
      rest -= taken.part;
    }
    price_ = std::max(price, least_);
  }

  double least_;
  double most_;
  double alpha_;
  double steps_;
  double at_worst_;           ///< what the job costs if the rest of it runs at `most_`
  std::vector<Taken> taken_;  ///< ascending by price
  double price_ = 0;
};

}  // namespace

Schedule KSearch(const PolicyInput& input) {
  if (!input.seen) {
    return {{input.arrival, input.length}};
  }
  const auto in_steps = [step = static_cast<double>(input.signal.step().count())](Duration length) {
    return static_cast<double>(length.count()) / step;
  };
  Reserve reserve(*input.seen, in_steps(input.length));
  return PauseUnless(input, [&](const Piece& piece) {
    return reserve.Take(piece.intensity.value(), in_steps(piece.length));
  });
}

}  // namespace carbon::plan
