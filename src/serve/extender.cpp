// SPDX-License-Identifier: Apache-2.0
#include "serve/extender.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "workloads/pod.h"

namespace carbon::serve {
namespace {

namespace json = boost::json;

net::HttpResponse Json(int status, std::string body) {
  return {
      .status = status, .headers = {{"content-type", "application/json"}}, .body = std::move(body)};
}

net::HttpResponse Error(int status, std::string_view why) {
  return Json(status, json::serialize(json::object{{"error", why}}));
}

std::string Rounded(double intensity) { return std::to_string(std::lround(intensity)); }

ExtenderOutcome OutcomeOf(size_t unknown, size_t nodes) {
  return unknown == nodes ? ExtenderOutcome::no_signal : ExtenderOutcome::answered;
}

}  // namespace

std::optional<SilenceWatch::Notice> SilenceWatch::Look(Time last, Time now) {
  const bool silent = last > Time{} && now - last >= kSilence;
  if (silent == std::exchange(silent_, silent)) {
    return std::nullopt;
  }
  if (!silent) {
    return Notice{false, "a scheduler asks again"};
  }
  return Notice{true, "no scheduler has asked since " + FormatTime(last) +
                          ": if pods are placed, they are placed without regard to emissions"};
}

net::HttpResponse Extender::Answer(const net::ServerRequest& request) {
  const bool prioritize = request.path == "/prioritize";
  if (!prioritize && request.path != "/filter") {
    return Observe(request);
  }
  if (request.method != "POST") {
    return Error(405, "a scheduler asks by POST");
  }
  return Ask(prioritize ? ExtenderVerb::prioritize : ExtenderVerb::filter, request.body);
}

net::HttpResponse Extender::Observe(const net::ServerRequest& request) const {
  if (request.path == "/healthz") {
    return {.status = 200, .headers = {{"content-type", "text/plain"}}, .body = "ok"};
  }
  if (request.path == "/metrics") {
    return {.status = 200,
            .headers = {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}},
            .body = metrics_.Text()};
  }
  return Error(404, "there are /prioritize, /filter, /healthz and /metrics");
}

net::HttpResponse Extender::Ask(ExtenderVerb verb, const std::string& body) {
  const auto begun = std::chrono::steady_clock::now();
  const Time now = clock_.Now();
  metrics_.Asked(now);
  Answered answered = Reply(verb, body, now);
  metrics_.Answered(verb, answered.outcome, std::chrono::steady_clock::now() - begun);
  return std::move(answered.response);
}

Extender::Answered Extender::Reply(ExtenderVerb verb, const std::string& body, Time now) {
  json::monotonic_resource arena;
  boost::system::error_code malformed;
  const json::value value = json::parse(body, malformed, &arena);
  if (malformed || !value.is_object()) {
    return {ExtenderOutcome::invalid, Error(400, "not a JSON object: '" + Printable(body) + "'")};
  }
  const auto args = ReadExtenderArgs(value);
  if (!args) {
    return {ExtenderOutcome::invalid, Error(400, args.error().message)};
  }
  return verb == ExtenderVerb::prioritize ? Prioritize(*args, now) : Filter(*args, now);
}

Extender::Answered Extender::Prioritize(const ExtenderArgs& args, Time now) {
  const auto ranked = ranker_.Score(args.request, now, args.names);
  const ExtenderOutcome outcome = OutcomeOf(ranked.unknown, args.names.size());
  if (outcome == ExtenderOutcome::answered) {
    metrics_.Unknown(ranked.unknown);
  }
  return {outcome, Json(200, WritePriorities(args.names, ranked.scores))};
}

Extender::Answered Extender::Filter(const ExtenderArgs& args, Time now) {
  std::vector<std::string> refused(args.names.size());
  if (!MayBeRefused(args, now)) {
    return {ExtenderOutcome::answered, Json(200, WriteFiltered(args, refused))};
  }
  const double limit = options_.limit->value();
  const auto intensities = ranker_.Intensities(args.request, now, args.names);
  size_t unknown = 0;
  size_t over = 0;
  for (size_t i = 0; i < refused.size(); ++i) {
    unknown += std::isnan(intensities[i]) ? 1 : 0;
    if (intensities[i] > limit) {
      ++over;
      refused[i] = "carbon intensity is " + Rounded(intensities[i]) +
                   " g/kWh there, over the limit of " + Rounded(limit);
    }
  }
  metrics_.Refused(over);
  return {OutcomeOf(unknown, refused.size()), Json(200, WriteFiltered(args, refused))};
}

bool Extender::MayBeRefused(const ExtenderArgs& args, Time now) {
  if (!options_.limit || !args.managed) {
    return false;
  }
  const auto wish = args.pod ? workloads::ReadWish(*args.pod, args.pod->created, options_.defaults)
                             : Result<workloads::Wish>(Invalid("no pod"));
  const bool must_start = !wish || wish->latest_start - now <= kLeastPatience;
  if (must_start) {
    metrics_.Waived();
  }
  return !must_start;
}

}  // namespace carbon::serve
