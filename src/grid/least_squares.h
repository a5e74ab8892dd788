// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace carbon::grid {

/// Recursive least squares with forgetting: keeps the weights that would have predicted the past
/// best, the recent past above all, pulled towards where they began by a ridge.
/// (Haykin, Adaptive Filter Theory, chapter on the RLS algorithm.)
template <size_t N>
class LeastSquares {
 public:
  using Vector = std::array<double, N>;

  /// `ridge` > 0: how many squared units of a feature the starting weights count for.
  LeastSquares(const Vector& weights, double ridge) : weights_(weights), start_(1 / ridge) {
    for (size_t i = 0; i < N; ++i) {
      covariance_[i][i] = start_;
    }
  }

  double Predict(const Vector& features) const {
    double sum = 0;
    for (size_t i = 0; i < N; ++i) {
      sum += weights_[i] * features[i];
    }
    return sum;
  }

  /// `truth` came where `features` had been seen. All finite; 0 < `forgetting` <= 1: what an
  /// observation still counts for after each further one.
  void Learn(const Vector& features, double truth, double forgetting) {
    Vector gain{};
    double scale = forgetting;
    for (size_t i = 0; i < N; ++i) {
      for (size_t j = 0; j < N; ++j) {
        gain[i] += covariance_[i][j] * features[j];
      }
      scale += features[i] * gain[i];
    }
    const double error = truth - Predict(features);
    for (size_t i = 0; i < N; ++i) {
      weights_[i] += gain[i] / scale * error;
      gain[i] /= std::sqrt(scale);
    }
    for (size_t i = 0; i < N; ++i) {
      for (size_t j = 0; j < N; ++j) {
        covariance_[i][j] -= gain[i] * gain[j];
      }
    }
    Forget(forgetting);
  }

  const Vector& weights() const { return weights_; }

 private:
  /// Forgetting inflates what no observation has lately told of; without a limit a quiet month
  /// would make the weights jump at the first unusual day.
  void Forget(double forgetting) {
    Vector factor;
    for (size_t i = 0; i < N; ++i) {
      const double allowed = std::fmin(1 / forgetting, start_ / covariance_[i][i]);
      factor[i] = std::sqrt(std::fmax(allowed, 1.0));
    }
    for (size_t i = 0; i < N; ++i) {
      for (size_t j = 0; j < N; ++j) {
        covariance_[i][j] *= factor[i] * factor[j];
      }
    }
  }

  Vector weights_;
  double start_;
  std::array<Vector, N> covariance_{};
};

}  // namespace carbon::grid
