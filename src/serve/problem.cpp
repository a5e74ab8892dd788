// SPDX-License-Identifier: Apache-2.0
#include "serve/problem.h"

#include <boost/json.hpp>

namespace carbon::serve {
namespace {

namespace json = boost::json;

/// The section of RFC 9110 that describes the status.
std::string_view Section(int status) {
  switch (status) {
    case 400:
      return "15.5.1";
    case 404:
      return "15.5.5";
    case 405:
      return "15.5.6";
    case 501:
      return "15.6.2";
    default:
      return "15.6.1";
  }
}

}  // namespace

net::HttpResponse Problem(int status, std::string_view title, std::string_view detail,
                          const Complaints& complaints) {
  json::object errors;
  for (const auto& [parameter, messages] : complaints.All()) {
    errors[parameter] = json::array(messages.begin(), messages.end());
  }
  const json::object body{
      {"type", "https://tools.ietf.org/html/rfc9110#section-" + std::string(Section(status))},
      {"title", title},
      {"status", status},
      {"detail", detail},
      {"errors", std::move(errors)}};
  return {.status = status,
          .headers = {{"content-type", "application/problem+json; charset=utf-8"}},
          .body = json::serialize(body)};
}

net::HttpResponse InvalidParameters(const Complaints& complaints) {
  return Problem(400, "ArgumentException", "Invalid parameters", complaints);
}

}  // namespace carbon::serve
