// SPDX-License-Identifier: Apache-2.0
#include "feeds/feed.h"

namespace carbon::feeds {

Error CannotLocate(std::string_view provider) {
  return Invalid(std::string(provider) + " cannot be asked in which zone a region lies");
}

Located Feed::Locate(const grid::Place&, std::stop_token) {
  return {.failure = Failure{.error = CannotLocate(Name()), .scope = Failure::Scope::provider}};
}

}  // namespace carbon::feeds
