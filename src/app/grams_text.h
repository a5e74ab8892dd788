// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/units.h"

namespace carbon::app {

/// Grams for people, without the unit: three digits or more, "9.49", "0.030", "1234.5".
std::string GramsText(Grams grams);

}  // namespace carbon::app
