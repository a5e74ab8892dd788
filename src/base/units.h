// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>

namespace carbon {

/// A number with a unit. Conversion from and to a bare number is always spelled out.
template <typename Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}

  constexpr double value() const { return value_; }

  constexpr auto operator<=>(const Quantity&) const = default;

  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.value_ + b.value_);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.value_ - b.value_);
  }
  friend constexpr Quantity operator-(Quantity a) { return Quantity(-a.value_); }
  friend constexpr Quantity operator*(Quantity a, double factor) {
    return Quantity(a.value_ * factor);
  }
  friend constexpr Quantity operator*(double factor, Quantity a) { return a * factor; }
  friend constexpr Quantity operator/(Quantity a, double divisor) {
    return Quantity(a.value_ / divisor);
  }
  /// Ratio of two like quantities.
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  double value_ = 0;
};

using GramsPerKwh = Quantity<struct GramsPerKwhUnit>;      ///< carbon intensity, gCO2eq per kWh
using Grams = Quantity<struct GramsUnit>;                  ///< gCO2eq
using Watts = Quantity<struct WattsUnit>;                  ///< mean power
using KilowattHours = Quantity<struct KilowattHoursUnit>;  ///< energy

/// Energy of a constant draw.
template <typename Rep, typename Period>
constexpr KilowattHours operator*(Watts power, std::chrono::duration<Rep, Period> time) {
  const double hours = std::chrono::duration<double, std::ratio<3600>>(time).count();
  return KilowattHours(power.value() * hours / 1000.0);
}

/// Emissions of an amount of energy at a mean intensity.
constexpr Grams operator*(KilowattHours energy, GramsPerKwh intensity) {
  return Grams(energy.value() * intensity.value());
}

}  // namespace carbon
