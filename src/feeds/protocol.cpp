// SPDX-License-Identifier: Apache-2.0
#include "feeds/protocol.h"

namespace carbon::feeds {

Result<Query> Protocol::Locate(const grid::Place&, std::string_view) const {
  return CannotLocate(Name());
}

}  // namespace carbon::feeds
