// SPDX-License-Identifier: Apache-2.0
#include "kube/client.h"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.h"
#include "kube/object.h"
#include "kube/status.h"
#include "net/files.h"

namespace carbon::kube {
namespace {

namespace json = boost::json;

constexpr const char* kUserAgent = "carbon-kube/" CARBON_KUBE_VERSION;

/// Parses an object; `out` keeps the memory it lives in.
Result<json::object> ParseObject(std::string_view text) {
  json::parse_options limits;
  limits.max_depth = 200;
  boost::system::error_code code;
  json::value value =
      json::parse(text, code, json::make_shared_resource<json::monotonic_resource>(), limits);
  if (code) {
    return Unavailable("the answer is not JSON: " + code.message());
  }
  if (!value.is_object()) {
    return Unavailable("the answer is not a JSON object");
  }
  return std::move(value.get_object());
}

bool IsHex(char c) {
  return std::string_view("0123456789abcdefABCDEF").find(c) != std::string::npos;
}

/// Nothing that libcurl or the server would read as another path than the one meant.
bool IsPathPart(std::string_view part) {
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '%') {
      if (i + 2 >= part.size() || !IsHex(part[i + 1]) || !IsHex(part[i + 2])) {
        return false;
      }
      i += 2;
    } else if (net::UrlEncode(part.substr(i, 1)).size() != 1) {
      return false;
    }
  }
  return !part.empty() && part != "." && part != "..";
}

bool IsPath(std::string_view path) {
  if (!path.starts_with("/api/") && !path.starts_with("/apis/") && path != "/version") {
    return false;
  }
  const auto parts = Split(path.substr(1), '/');
  return std::all_of(parts.begin(), parts.end(), IsPathPart);
}

std::string QueryText(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    text += (text.empty() ? "?" : "&") + net::UrlEncode(name) + "=" + net::UrlEncode(value);
  }
  return text;
}

/// The answer's Status object; null where the body is something else.
const json::object* StatusIn(const Result<json::object>& body) {
  return body && StringAt(&*body, "kind") == "Status" ? &*body : nullptr;
}

Error AnswerError(const std::string& method, const std::string& path,
                  const net::HttpResponse& response) {
  const auto body = ParseObject(response.body);
  return StatusError(method + " " + path, response.status, StatusIn(body));
}

bool IsSuccess(int status) { return status >= 200 && status < 300; }

void Select(const Selection& selection, Query& query) {
  if (!selection.labels.empty()) {
    query.emplace_back("labelSelector", selection.labels);
  }
  if (!selection.fields.empty()) {
    query.emplace_back("fieldSelector", selection.fields);
  }
}

}  // namespace

Client::Client(Connection connection, std::unique_ptr<net::HttpClient> http,
               const net::Clock& clock, std::stop_token stop, ClientOptions options, uint64_t seed)
    : connection_(std::move(connection)),
      http_(std::move(http)),
      clock_(clock),
      stop_(std::move(stop)),
      options_(options),
      random_(seed) {}

void Client::ReadToken(bool anew) {
  constexpr Duration kFresh = std::chrono::minutes(1);
  constexpr size_t kMostBytes = 65536;
  const Time now = clock_.Now();
  if (connection_.token_file.empty() || (!anew && token_read_ && now - *token_read_ < kFresh)) {
    return;
  }
  token_read_ = now;
  // Kubernetes swaps the file now and then; where that goes wrong the last token may still do.
  const auto text = net::ReadFile(connection_.token_file, kMostBytes);
  if (text && !Trim(*text).empty()) {
    connection_.token = Trim(*text);
  }
}

Result<net::HttpRequest> Client::Build(const Call& call, Duration timeout) {
  if (!IsPath(call.path)) {
    return Error{Error::Kind::internal, "'" + Printable(call.path) + "' is not a path of the API"};
  }
  ReadToken(false);
  net::HttpRequest request;
  request.method = call.method;
  request.url = connection_.server + call.path + QueryText(call.query);
  request.headers = {{"Accept", "application/json"}, {"User-Agent", kUserAgent}};
  if (!connection_.token.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + connection_.token});
  }
  if (!call.content_type.empty()) {
    request.headers.push_back({"Content-Type", call.content_type});
    request.body = call.body;
  }
  request.timeout = timeout;
  request.max_body = options_.max_answer;
  return request;
}

std::optional<Duration> Client::Again(const Call& call, const Result<net::HttpResponse>& outcome,
                                      net::Backoff& backoff) {
  if (!outcome) {
    const Error::Kind kind = outcome.error().kind;
    const bool by_the_world = kind == Error::Kind::unavailable || kind == Error::Kind::timeout;
    return call.repeatable && by_the_world ? std::optional(backoff.Next(random_)) : std::nullopt;
  }
  const int status = outcome->status;
  const auto asked = net::RetryAfter(*outcome, clock_.Now());
  bool again = false;
  if (status == 429) {
    const auto body = ParseObject(outcome->body);
    again = !IsDisruptionBudget(status, StatusIn(body));
  } else if (status >= 500) {
    again = asked.has_value() || (call.repeatable && status >= 502 && status <= 504);
  }
  return again ? std::optional(backoff.Next(random_, asked)) : std::nullopt;
}

Result<net::HttpResponse> Client::Exchange(const Call& call, Duration timeout, const Sender& send) {
  const Time start = clock_.Now();
  net::Backoff backoff(options_.retry);
  bool token_renewed = false;
  for (int tries = 1;; ++tries) {
    const auto request = Build(call, timeout);
    if (!request) {
      return request.error();
    }
    auto outcome = send(*request);
    if (outcome && outcome->status == 401 && !connection_.token_file.empty() && !token_renewed) {
      token_renewed = true;
      ReadToken(true);
      continue;
    }
    const auto delay = Again(call, outcome, backoff);
    if (!delay || tries >= options_.tries || stop_.stop_requested()) {
      return outcome;
    }
    const Time next = clock_.Now() + *delay;
    if (next - start > options_.patience || !clock_.SleepUntil(next, stop_)) {
      return outcome;
    }
  }
}

Result<json::object> Client::Run(const Call& call) {
  const auto response = Exchange(call, options_.timeout, [this](const net::HttpRequest& request) {
    return http_->Send(request, stop_);
  });
  if (!response) {
    return response.error();
  }
  if (!IsSuccess(response->status)) {
    return AnswerError(call.method, call.path, *response);
  }
  auto object = ParseObject(response->body);
  return object ? std::move(object) : object.error().In(call.method + " " + call.path);
}

Result<json::object> Client::Get(const std::string& path, const Query& query) {
  return Run({.method = "GET", .path = path, .query = query, .content_type = "", .body = ""});
}

Result<json::object> Client::Create(const std::string& path, const json::object& object,
                                    const Query& query) {
  return Run({.method = "POST",
              .path = path,
              .query = query,
              .content_type = "application/json",
              .body = json::serialize(object),
              .repeatable = false});
}

Result<json::object> Client::Replace(const std::string& path, const json::object& object,
                                     const Query& query) {
  return Run({.method = "PUT",
              .path = path,
              .query = query,
              .content_type = "application/json",
              .body = json::serialize(object)});
}

Result<json::object> Client::Patch(const std::string& path, PatchKind kind,
                                   const json::value& patch, const Query& query) {
  const bool is_merge = kind == PatchKind::merge;
  return Run(
      {.method = "PATCH",
       .path = path,
       .query = query,
       .content_type = is_merge ? "application/merge-patch+json" : "application/json-patch+json",
       .body = json::serialize(patch),
       .repeatable = is_merge});
}

Result<json::object> Client::Apply(const std::string& path, const json::object& object,
                                   std::string_view manager, bool force) {
  return Run(
      {.method = "PATCH",
       .path = path,
       .query = {{"fieldManager", std::string(manager)}, {"force", force ? "true" : "false"}},
       .content_type = "application/apply-patch+yaml",  // JSON is YAML
       .body = json::serialize(object)});
}

Status Client::Delete(const std::string& path, const DeleteOptions& options) {
  json::object body{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (!options.uid.empty()) {
    body["preconditions"] = json::object{{"uid", options.uid}};
  }
  if (options.grace_seconds) {
    body["gracePeriodSeconds"] = *options.grace_seconds;
  }
  if (!options.propagation.empty()) {
    body["propagationPolicy"] = options.propagation;
  }
  const auto answer = Run({.method = "DELETE",
                           .path = path,
                           .query = {},
                           .content_type = "application/json",
                           .body = json::serialize(body)});
  return answer ? Status() : answer.error();
}

Result<std::string> Client::EachPage(const std::string& path, const Selection& selection,
                                     const PageSink& sink) {
  constexpr int kMostPages = 10000;
  constexpr int kMostStarts = 3;
  int starts = 1;
  std::string next;
  for (int page = 0; page < kMostPages; ++page) {
    Query query = {{"limit", std::to_string(options_.page)}};
    Select(selection, query);
    if (!next.empty()) {
      query.emplace_back("continue", next);
    }
    const auto answer = Get(path, query);
    if (!answer) {
      const bool forgotten = answer.error().kind == Error::Kind::expired && !next.empty();
      if (!forgotten || ++starts > kMostStarts) {
        return answer.error();
      }
      next.clear();
      continue;
    }
    const json::value* items = answer->if_contains("items");
    const json::object* metadata = ObjectAt(*answer, {"metadata"});
    const bool empty = items == nullptr || items->is_null();
    if (metadata == nullptr || (!empty && !items->is_array())) {
      return Unavailable("GET " + path + ": the answer is not a list");
    }
    sink(next.empty(), empty ? json::array() : items->get_array());
    next = StringAt(metadata, "continue");
    if (next.empty()) {
      return std::string(StringAt(metadata, "resourceVersion"));
    }
  }
  return Unavailable("GET " + path + ": the list does not end");
}

Result<ObjectList> Client::List(const std::string& path, const Selection& selection) {
  ObjectList list;
  auto version = EachPage(path, selection, [&](bool first, const json::array& items) {
    if (first) {
      list.items.clear();
    }
    list.items.insert(list.items.end(), items.begin(), items.end());
  });
  if (!version) {
    return version.error();
  }
  list.resource_version = std::move(*version);
  return list;
}

Status Client::Watch(const std::string& path, const Query& query, Duration silence,
                     const std::function<bool(std::string_view)>& on_data) {
  // Once it has begun, a watch is taken up again by whoever knows what came last; only a server
  // that is too busy to begin is asked again here.
  Call call{.method = "GET", .path = path, .query = query, .content_type = "", .body = ""};
  call.query.emplace_back("watch", "1");
  call.repeatable = false;
  const auto response = Exchange(call, silence, [&](const net::HttpRequest& request) {
    return http_->Stream(request, on_data, stop_);
  });
  if (!response) {
    return response.error();
  }
  if (response->status != 200) {
    return AnswerError(call.method, call.path, *response);
  }
  return {};
}

ClientFactory MakeClientFactory(Connection connection, const net::Clock& clock,
                                ClientOptions options) {
  return [connection = std::move(connection), &clock, options](std::stop_token stop) {
    return std::make_unique<Client>(connection, net::MakeHttpClient(connection.tls), clock,
                                    std::move(stop), options, std::random_device()());
  };
}

}  // namespace carbon::kube
