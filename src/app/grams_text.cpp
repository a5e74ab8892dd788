// SPDX-License-Identifier: Apache-2.0
#include "app/grams_text.h"

#include <cmath>

#include "base/text.h"

namespace carbon::app {

std::string GramsText(Grams grams) {
  const double size = std::abs(grams.value());
  return Fixed(grams.value(), size == 0 ? 0 : size < 1 ? 3 : size < 10 ? 2 : 1);
}

}  // namespace carbon::app
