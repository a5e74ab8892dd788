// SPDX-License-Identifier: Apache-2.0
#include "feeds/failures.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "feeds/answers.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;

/// The first of the members that is a text, most telling first.
std::optional<std::string_view> OwnWords(const json::object& object) {
  for (const char* name : {"message", "msg", "detail", "error", "title", "code"}) {
    if (const auto text = TextMember(object, name); text && !text->empty()) {
      return text;
    }
  }
  return std::nullopt;
}

/// The object in which the words stand: `error`, the first of `detail`, or the answer itself.
const json::object& Innermost(const json::object& object) {
  if (const json::object* error = ObjectMember(object, "error")) {
    return *error;
  }
  const json::array* details = ArrayMember(object, "detail");
  if (details != nullptr && !details->empty() && details->front().is_object()) {
    return details->front().get_object();
  }
  return object;
}

std::string Code(int status) { return "HTTP " + std::to_string(status); }

}  // namespace

std::string Reason(std::string_view body) {
  const Document document(body);
  const auto object = document.Object();
  const auto words = object ? OwnWords(Innermost(**object)) : std::nullopt;
  return words ? "'" + Printable(*words) + "'" : "no reason given";
}

Failure PlainFailure(int status, std::string_view body) {
  if (status == 401) {
    return Denied("the token was refused", Failure::Scope::provider, status, body);
  }
  if (status == 403) {
    return Denied("access was denied", Failure::Scope::zone, status, body);
  }
  if (status == 204) {
    return {.error = NothingKnown().In(Code(status))};
  }
  if (status == 404) {
    return {.error = {Error::Kind::not_found,
                      Code(status) + ": " + Reason(body) + "; check the zone and the base URL"}};
  }
  if (status == 429) {
    return {.error = Unavailable("too many requests (HTTP 429): " + Reason(body)),
            .scope = Failure::Scope::provider};
  }
  if (status >= 300 && status < 400) {
    return {.error = Unavailable(Code(status) + ", a redirection; check the base URL")};
  }
  if (status >= 400 && status < 500 && status != 408) {
    return {.error = Invalid("the request was refused, " + Code(status) + ": " + Reason(body))};
  }
  return {.error = Unavailable(Code(status) + ": " + Reason(body))};
}

Failure Denied(std::string_view what, Failure::Scope scope, int status, std::string_view body) {
  return {.error = {Error::Kind::denied,
                    std::string(what) + " (" + Code(status) + "): " + Reason(body)},
          .scope = scope};
}

Status CheckBaseUrl(std::string_view name, std::string_view url) {
  const auto unprintable = [](char c) { return c <= ' ' || c >= 0x7F || c == '?' || c == '#'; };
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return Invalid(std::string(name) + ": base URL '" + Printable(url) +
                   "' does not start with https:// or http://");
  }
  if (std::any_of(url.begin(), url.end(), unprintable)) {
    return Invalid(std::string(name) + ": base URL '" + Printable(url) +
                   "' holds a blank, a query or a character that no URL has");
  }
  return {};
}

std::string BaseUrl(std::string_view url, std::string_view usual) {
  std::string base(url.empty() ? usual : url);
  while (base.ends_with('/')) {
    base.pop_back();
  }
  return base;
}

Status CheckToken(std::string_view name, std::string_view token, std::string_view need) {
  const auto unprintable = [](char c) { return c <= ' ' || c >= 0x7F; };
  if (token.empty()) {
    return Invalid(std::string(name) + " needs " + std::string(need));
  }
  if (std::any_of(token.begin(), token.end(), unprintable)) {
    return Invalid(std::string(name) + ": the token holds a blank or a character that none has");
  }
  return {};
}

}  // namespace carbon::feeds
