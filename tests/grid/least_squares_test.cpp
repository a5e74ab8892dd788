// SPDX-License-Identifier: Apache-2.0
#include "grid/least_squares.h"

#include <gtest/gtest.h>

#include <random>

namespace carbon::grid {
namespace {

using Two = LeastSquares<2>;

TEST(LeastSquares, BeginsWithTheGivenWeights) {
  const Two fit({1, 0.5}, 10);
  EXPECT_DOUBLE_EQ(fit.Predict({2, 4}), 4);
}

TEST(LeastSquares, FindsTheWeightsOfALinearTruth) {
  Two fit({0, 0}, 1);
  std::mt19937 random(1);
  std::normal_distribution<double> draw;
  for (int i = 0; i < 500; ++i) {
    const Two::Vector x = {draw(random), draw(random)};
    fit.Learn(x, 3 * x[0] - 2 * x[1], 1);
  }
  EXPECT_NEAR(fit.weights()[0], 3, 0.02);
  EXPECT_NEAR(fit.weights()[1], -2, 0.02);
}

TEST(LeastSquares, WithoutForgettingItIsRidgeRegression) {
  // One feature, worked by hand: w = (ridge * w0 + sum x y) / (ridge + sum x x).
  LeastSquares<1> fit({1}, 2);
  fit.Learn({3}, 6, 1);
  fit.Learn({1}, 5, 1);
  EXPECT_NEAR(fit.weights()[0], (2 * 1 + 18 + 5) / (2.0 + 9 + 1), 1e-12);
}

TEST(LeastSquares, FollowsATruthThatChangesTheFasterTheMoreItForgets) {
  const auto weight_after_change = [](double forgetting) {
    LeastSquares<1> fit({0}, 1);
    for (int i = 0; i < 400; ++i) {
      fit.Learn({1}, i < 300 ? 1 : 5, forgetting);
    }
    return fit.weights()[0];
  };
  EXPECT_GT(weight_after_change(0.95), 4.9);
  EXPECT_LT(weight_after_change(0.999), 3.0);
}

TEST(LeastSquares, AQuietTimeDoesNotMakeItJumpy) {
  Two fit({1, 0}, 10);
  for (int i = 0; i < 100'000; ++i) {
    fit.Learn({0, 0}, 0, 0.99);  // teaches nothing, forgets much
  }
  fit.Learn({1, 0}, 2, 0.99);
  EXPECT_GT(fit.weights()[0], 1);
  EXPECT_LT(fit.weights()[0], 1.2);
}

}  // namespace
}  // namespace carbon::grid
