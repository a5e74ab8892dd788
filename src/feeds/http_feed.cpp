// SPDX-License-Identifier: Apache-2.0
#include "feeds/http_feed.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "feeds/quota.h"
#include "feeds/secrets.h"

namespace carbon::feeds {
namespace {

constexpr Duration kDeniedFor = std::chrono::hours(1);
/// A further request of a read is not sent with less real time left than this.
constexpr Duration kLeastTimeout = std::chrono::seconds(1);

using SteadyTime = std::chrono::steady_clock::time_point;

/// What an answer brought, or why there is none.
template <typename T>
using Or = std::variant<T, Failure>;

/// A query of a zone, by its name.
using Place = std::pair<grid::ZoneId, std::string>;

/// An answer that a server can be asked to tell only if it has changed.
struct Kept {
  std::string url;
  std::string etag;
  std::string last_modified;
  std::string body;
};

struct Denial {
  Time until;
  Failure failure;
};

struct Session {
  std::string token;
  Time until;
};

/// A read under way.
struct Visit {
  const grid::ZoneId& zone;
  const grid::ZoneReading* held;
  Time now;
  SteadyTime deadline;
  std::stop_token stop;
  net::HttpClient& client;
  Secrets secrets;
  std::string session = {};
  std::string refused = {};            ///< a session that is none any more
  const grid::Place* place = nullptr;  ///< what it is about instead of the zone
};

/// A query as it was sent, and its answer of whatever status.
struct Exchange {
  Query query;
  std::shared_ptr<const Kept> kept;  ///< what the answer was asked to differ from, or null
  net::HttpResponse response = {};
};

/// Whether the read's other queries would fail alike.
bool IsHopeless(const Failure& failure) {
  return failure.scope == Failure::Scope::provider || failure.error.kind == Error::Kind::timeout;
}

/// A validator that may be sent back; empty where there is none. What a header could not carry
/// would keep the zone from being asked at all.
std::string Validator(const net::HttpResponse& response, const char* name) {
  constexpr size_t kMost = 256;
  const auto found = response.headers.find(name);
  if (found == response.headers.end() || found->second.size() > kMost) {
    return "";
  }
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  const std::string& value = found->second;
  return std::all_of(value.begin(), value.end(), printable) ? value : "";
}

/// Takes over what nobody asked for because it still holds.
void Complete(grid::ZoneReading& reading, const grid::ZoneReading& held) {
  if (!reading.latest) {
    reading.latest = held.latest;
  }
  if (!reading.forecast) {
    reading.forecast = held.forecast;
  }
  if (!reading.history) {
    reading.history = held.history;
  }
  if (!reading.weather) {
    reading.weather = held.weather;
  }
}

class HttpFeed final : public Feed {
 public:
  HttpFeed(std::unique_ptr<const Protocol> protocol, FeedSettings settings,
           HttpClientFactory make_client, const net::Clock& clock)
      : protocol_(std::move(protocol)),
        settings_(std::move(settings)),
        make_client_(std::move(make_client)),
        clock_(clock),
        quota_(QuotaOf(*protocol_, settings_)),
        login_(protocol_->LoginRequest()),
        meter_(quota_) {}

  std::string_view Name() const override { return protocol_->Name(); }
  Answer Read(const grid::ZoneId& zone, const grid::ZoneReading* held,
              std::stop_token stop) override;
  Located Locate(const grid::Place& place, std::stop_token stop) override;

 private:
  Visit Begin(const grid::ZoneId& zone, const grid::ZoneReading* held, net::HttpClient& client,
              std::stop_token stop) const;
  std::vector<Query> QueriesOf(const Visit& visit) const;
  Answer ReadAll(Visit& visit, const std::vector<Query>& queries);
  /// Takes what the `index`-th query at `place` brings into `reading`.
  std::optional<Failure> Ask(Visit& visit, size_t index, const Place& place,
                             grid::ZoneReading& reading);
  /// Asks once more, in a new session, where the session is refused.
  Or<Exchange> Talk(Visit& visit, size_t index, const Place& place);
  Or<Exchange> TalkOnce(Visit& visit, size_t index, const Place& place);
  Or<net::HttpResponse> Send(const Visit& visit, net::HttpRequest request);
  Failure Judge(const Visit& visit, const net::HttpResponse& response) const;

  /// Brings a session that holds and was not refused into the visit.
  std::optional<Failure> Join(Visit& visit);
  Or<std::string> OpenSession(const Visit& visit);
  Or<std::string> LogIn(const Visit& visit);

  std::optional<Failure> Denied(const Place& place) const;
  bool AllDenied(const grid::ZoneId& zone, const std::vector<Query>& queries) const;
  std::shared_ptr<const Kept> KeptAt(const Place& place, const std::string& url) const;
  /// Keeps the body where it can be asked for conditionally, else forgets the earlier one.
  void Keep(const Place& place, std::string url, net::HttpResponse response);

  std::unique_ptr<net::HttpClient> TakeClient();
  void GiveBack(std::unique_ptr<net::HttpClient> client);

  const std::unique_ptr<const Protocol> protocol_;
  const FeedSettings settings_;
  const HttpClientFactory make_client_;
  const net::Clock& clock_;
  const RequestQuota quota_;
  const std::optional<Login> login_;

  mutable std::mutex mutex_;  ///< guards what follows; not held while anything is sent
  std::vector<std::unique_ptr<net::HttpClient>> idle_;
  QuotaMeter meter_;
  std::map<Place, Denial> denied_;
  std::map<Place, std::shared_ptr<const Kept>> kept_;
  std::optional<Session> session_;
  bool logging_in_ = false;
  uint64_t logins_ = 0;  ///< that have ended
  std::optional<Failure> login_failure_;
  std::condition_variable_any login_ended_;
};

Answer HttpFeed::Read(const grid::ZoneId& zone, const grid::ZoneReading* held,
                      std::stop_token stop) {
  if (held != nullptr && held->source != Name()) {
    held = nullptr;  // another provider's word does not complete this one's
  }
  // Before a session is opened: perhaps nothing has to be asked.
  const std::vector<Query> queries = protocol_->Queries(zone, held, clock_.Now(), "");
  if (queries.empty() || (held != nullptr && AllDenied(zone, queries))) {
    return {};
  }
  auto client = TakeClient();
  Visit visit = Begin(zone, held, *client, std::move(stop));
  Answer answer = ReadAll(visit, queries);
  GiveBack(std::move(client));
  if (answer.failure) {
    answer.failure->error.message = visit.secrets.Mask(std::move(answer.failure->error.message));
  }
  return answer;
}

Located HttpFeed::Locate(const grid::Place& place, std::stop_token stop) {
  const auto query = protocol_->Locate(place, "");
  if (!query) {
    const bool never = query.error().kind == Error::Kind::invalid;
    return {.failure = Failure{.error = query.error(),
                               .scope = never ? Failure::Scope::provider : Failure::Scope::zone}};
  }
  auto client = TakeClient();
  const grid::ZoneId name{place.cloud + "/" + place.region};  // denials are remembered by it
  Visit visit = Begin(name, nullptr, *client, std::move(stop));
  visit.place = &place;
  grid::ZoneReading answer;
  std::optional<Failure> failure = Ask(visit, 0, {name, query->name}, answer);
  GiveBack(std::move(client));
  if (failure) {
    failure->error.message = visit.secrets.Mask(std::move(failure->error.message));
    return {.failure = std::move(failure)};
  }
  return {.zone = std::move(answer.zone)};
}

Visit HttpFeed::Begin(const grid::ZoneId& zone, const grid::ZoneReading* held,
                      net::HttpClient& client, std::stop_token stop) const {
  return {.zone = zone,
          .held = held,
          .now = clock_.Now(),
          .deadline = std::chrono::steady_clock::now() + settings_.timeout,
          .stop = std::move(stop),
          .client = client,
          .secrets = Secrets(settings_.token)};
}

std::vector<Query> HttpFeed::QueriesOf(const Visit& visit) const {
  if (visit.place == nullptr) {
    return protocol_->Queries(visit.zone, visit.held, visit.now, visit.session);
  }
  return {*protocol_->Locate(*visit.place, visit.session)};  // as it did without a session
}

Answer HttpFeed::ReadAll(Visit& visit, const std::vector<Query>& queries) {
  grid::ZoneReading reading{.zone = visit.zone,
                            .kind = settings_.kind,
                            .source = std::string(Name()),
                            .fetched_at = visit.now,
                            .latest = {},
                            .forecast = {},
                            .history = {}};
  std::optional<Failure> failure;
  for (size_t i = 0; i < queries.size(); ++i) {
    std::optional<Failure> failed = Ask(visit, i, {visit.zone, queries[i].name}, reading);
    if (!failed) {
      continue;
    }
    const bool hopeless = IsHopeless(*failed);
    failed->error = failed->error.In(queries[i].name);
    if (!failure || failed->scope == Failure::Scope::provider) {
      failure = std::move(failed);
    }
    if (hopeless) {
      break;
    }
  }
  if (!reading.latest && !reading.forecast && !reading.history && !reading.weather) {
    return {.reading = {}, .failure = std::move(failure)};
  }
  if (!failure && visit.held != nullptr && visit.held->kind == reading.kind) {
    Complete(reading, *visit.held);
  }
  return {.reading = std::move(reading), .failure = std::move(failure)};
}

std::optional<Failure> HttpFeed::Ask(Visit& visit, size_t index, const Place& place,
                                     grid::ZoneReading& reading) {
  if (auto denied = Denied(place)) {
    return denied;
  }
  Or<Exchange> talked = Talk(visit, index, place);
  if (auto* failure = std::get_if<Failure>(&talked)) {
    return std::move(*failure);
  }
  auto& [query, kept, response] = std::get<Exchange>(talked);
  const bool unchanged = response.status == 304 && kept != nullptr;
  if (response.status != 200 && !unchanged) {
    if (query.read_refusal && !visit.secrets.In(response.body) &&
        query.read_refusal(response.status, response.body, reading)) {
      return std::nullopt;
    }
    Failure failure = Judge(visit, response);
    if (failure.error.kind == Error::Kind::denied && failure.scope == Failure::Scope::zone) {
      const std::lock_guard lock(mutex_);
      denied_.insert_or_assign(place, Denial{clock_.Now() + kDeniedFor, failure});
    }
    return failure;
  }
  const std::string& body = unchanged ? kept->body : response.body;
  if (const Status read = query.read(body, reading); !read) {
    Keep(place, {}, {});
    // A quote could hold a part of a secret, cut where the quote is.
    return Failure{.error = visit.secrets.In(body)
                                ? Unavailable("an answer that echoes the token cannot be read")
                                : read.error()};
  }
  if (!unchanged) {
    Keep(place, std::move(query.url), std::move(response));
  }
  return std::nullopt;
}

Or<Exchange> HttpFeed::Talk(Visit& visit, size_t index, const Place& place) {
  Or<Exchange> talked = TalkOnce(visit, index, place);
  const auto* exchange = std::get_if<Exchange>(&talked);
  if (login_ && exchange != nullptr && exchange->response.status == 401 && visit.refused.empty()) {
    visit.refused = visit.session;
    return TalkOnce(visit, index, place);
  }
  return talked;
}

Or<Exchange> HttpFeed::TalkOnce(Visit& visit, size_t index, const Place& place) {
  if (auto failed = login_ ? Join(visit) : std::nullopt) {
    return *std::move(failed);
  }
  std::vector<Query> queries = QueriesOf(visit);
  assert(index < queries.size());
  Exchange exchange{.query = std::move(queries[index]), .kept = {}};
  exchange.kept = KeptAt(place, exchange.query.url);
  net::HttpRequest request;
  request.url = exchange.query.url;
  request.headers = exchange.query.headers;
  if (exchange.kept != nullptr && !exchange.kept->etag.empty()) {
    request.headers.push_back({"If-None-Match", exchange.kept->etag});
  }
  if (exchange.kept != nullptr && !exchange.kept->last_modified.empty()) {
    request.headers.push_back({"If-Modified-Since", exchange.kept->last_modified});
  }
  Or<net::HttpResponse> sent = Send(visit, std::move(request));
  if (auto* failure = std::get_if<Failure>(&sent)) {
    return std::move(*failure);
  }
  exchange.response = std::get<net::HttpResponse>(std::move(sent));
  return exchange;
}

Or<net::HttpResponse> HttpFeed::Send(const Visit& visit, net::HttpRequest request) {
  const auto left =
      std::chrono::duration_cast<Duration>(visit.deadline - std::chrono::steady_clock::now());
  if (left < std::min(kLeastTimeout, settings_.timeout / 2)) {
    return Failure{.error = {Error::Kind::timeout, "no time was left to ask"}};
  }
  std::optional<Duration> wait;
  {
    const std::lock_guard lock(mutex_);
    wait = meter_.Take(clock_.Now());
  }
  if (wait) {
    return Failure{.error = Unavailable("the quota of " + ToString(quota_) + " is used up"),
                   .retry_after = wait};
  }
  request.timeout = left;
  request.max_body = settings_.max_body;
  auto response = visit.client.Send(request, visit.stop);
  if (!response) {
    return Failure{.error = response.error()};
  }
  return *std::move(response);
}

Failure HttpFeed::Judge(const Visit& visit, const net::HttpResponse& response) const {
  Failure failure = protocol_->Classify(response.status, visit.secrets.Mask(response.body));
  if (const auto asked = net::RetryAfter(response, clock_.Now())) {
    failure.retry_after = asked;
  }
  return failure;
}

// ---- Sessions

std::optional<Failure> HttpFeed::Join(Visit& visit) {
  Or<std::string> session = OpenSession(visit);
  if (auto* failure = std::get_if<Failure>(&session)) {
    failure->error = failure->error.In("login");
    return std::move(*failure);
  }
  visit.session = std::get<std::string>(std::move(session));
  visit.secrets.Add(visit.session);
  return std::nullopt;
}

Or<std::string> HttpFeed::OpenSession(const Visit& visit) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (session_ && session_->token != visit.refused && clock_.Now() < session_->until) {
      return session_->token;
    }
    if (!logging_in_) {
      break;
    }
    const auto ended = [this, before = logins_] { return logins_ != before; };
    if (!login_ended_.wait_until(lock, visit.stop, visit.deadline, ended)) {
      return Failure{.error = {Error::Kind::timeout, "no time was left to wait for it"}};
    }
    if (login_failure_) {
      return *login_failure_;
    }
  }
  logging_in_ = true;
  lock.unlock();
  Or<std::string> opened = LogIn(visit);
  lock.lock();
  logging_in_ = false;
  ++logins_;
  session_.reset();
  login_failure_.reset();
  if (const auto* failure = std::get_if<Failure>(&opened)) {
    login_failure_ = *failure;
  } else {
    session_ = Session{std::get<std::string>(opened), clock_.Now() + login_->valid_for};
  }
  lock.unlock();
  login_ended_.notify_all();
  return opened;
}

Or<std::string> HttpFeed::LogIn(const Visit& visit) {
  net::HttpRequest request;
  request.url = login_->url;
  request.headers = login_->headers;
  Or<net::HttpResponse> sent = Send(visit, std::move(request));
  if (auto* failure = std::get_if<Failure>(&sent)) {
    return std::move(*failure);
  }
  const auto& response = std::get<net::HttpResponse>(sent);
  if (response.status != 200) {
    Failure failure = Judge(visit, response);
    failure.scope = Failure::Scope::provider;  // no zone comes without a session
    return failure;
  }
  Result<std::string> token = login_->read(response.body);
  if (!token || token->empty()) {
    // Nothing is quoted from an answer that is made to hold a secret.
    return Failure{.error = Unavailable("the answer holds no session"),
                   .scope = Failure::Scope::provider};
  }
  return *std::move(token);
}

// ---- What is remembered

std::optional<Failure> HttpFeed::Denied(const Place& place) const {
  const std::lock_guard lock(mutex_);
  const auto found = denied_.find(place);
  if (found == denied_.end() || clock_.Now() >= found->second.until) {
    return std::nullopt;
  }
  return found->second.failure;
}

bool HttpFeed::AllDenied(const grid::ZoneId& zone, const std::vector<Query>& queries) const {
  return std::all_of(queries.begin(), queries.end(),
                     [&](const Query& query) { return Denied({zone, query.name}).has_value(); });
}

std::shared_ptr<const Kept> HttpFeed::KeptAt(const Place& place, const std::string& url) const {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(place);
  return found != kept_.end() && found->second->url == url ? found->second : nullptr;
}

void HttpFeed::Keep(const Place& place, std::string url, net::HttpResponse response) {
  Kept kept{.url = std::move(url),
            .etag = Validator(response, "etag"),
            .last_modified = Validator(response, "last-modified"),
            .body = std::move(response.body)};
  const bool conditional = !kept.etag.empty() || !kept.last_modified.empty();
  const std::lock_guard lock(mutex_);
  if (conditional) {
    kept_.insert_or_assign(place, std::make_shared<const Kept>(std::move(kept)));
  } else {
    kept_.erase(place);
  }
}

std::unique_ptr<net::HttpClient> HttpFeed::TakeClient() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    return make_client_();
  }
  auto client = std::move(idle_.back());
  idle_.pop_back();
  return client;
}

void HttpFeed::GiveBack(std::unique_ptr<net::HttpClient> client) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(client));
}

}  // namespace

std::unique_ptr<Feed> MakeHttpFeed(std::unique_ptr<const Protocol> protocol, FeedSettings settings,
                                   HttpClientFactory make_client, const net::Clock& clock) {
  return std::make_unique<HttpFeed>(std::move(protocol), std::move(settings),
                                    std::move(make_client), clock);
}

}  // namespace carbon::feeds
