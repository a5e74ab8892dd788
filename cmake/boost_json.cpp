// SPDX-License-Identifier: Apache-2.0
// All of Boost.JSON, for libcarbon.so: so that it needs no library but the C++ runtime.
#include <boost/json/src.hpp>
