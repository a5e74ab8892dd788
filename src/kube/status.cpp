// SPDX-License-Identifier: Apache-2.0
#include "kube/status.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kube/object.h"

namespace carbon::kube {

namespace json = boost::json;

namespace {

/// True where one of the Status's causes satisfies `matches`.
template <typename Matches>
bool AnyCause(const json::object* status, Matches matches) {
  const json::object* details = status == nullptr ? nullptr : ObjectAt(*status, {"details"});
  const json::value* causes = details == nullptr ? nullptr : details->if_contains("causes");
  const json::array* list = causes == nullptr ? nullptr : causes->if_array();
  return list != nullptr && std::any_of(list->begin(), list->end(), [&](const json::value& cause) {
           return cause.is_object() && matches(cause.get_object());
         });
}

/// The server has one bare 422 for every JSON patch that cannot be applied to the object as it is
/// now; a 422 of validation names the object and the fields.
bool IsUnfitPatch(int code, const json::object* status) {
  const json::object* details = status == nullptr ? nullptr : ObjectAt(*status, {"details"});
  return code == 422 && details != nullptr && !details->contains("kind") &&
         !details->contains("causes");
}

Error::Kind KindOf(int code, const json::object* status) {
  if (IsDisruptionBudget(code, status) || IsUnfitPatch(code, status)) {
    return Error::Kind::conflict;
  }
  switch (code) {
    case 401:
    case 403:
      return Error::Kind::denied;
    case 404:
      return Error::Kind::not_found;
    case 408:
    case 504:
      return Error::Kind::timeout;
    case 409:
      return Error::Kind::conflict;
    case 410:
      return Error::Kind::expired;
    default:
      return code == 429 || code >= 500 ? Error::Kind::unavailable : Error::Kind::internal;
  }
}

/// One line of at most 500 bytes.
std::string Line(std::string_view text) {
  constexpr size_t kMost = 500;
  std::string out(text.substr(0, kMost));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
  return out;
}

}  // namespace

bool IsDisruptionBudget(int code, const json::object* status) {
  return code == 429 && AnyCause(status, [](const json::object& cause) {
           return StringAt(&cause, "reason") == "DisruptionBudget";
         });
}

Error StatusError(const std::string& context, int code, const json::object* status) {
  std::string_view message = StringAt(status, "message");
  if (message.empty()) {
    message = "the server refused without a word";
  }
  return {KindOf(code, status),
          context + ": " + Line(message) + " (HTTP " + std::to_string(code) + ")"};
}

}  // namespace carbon::kube
