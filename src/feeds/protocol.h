// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "feeds/feed.h"
#include "grid/place.h"
#include "grid/reading.h"
#include "net/http.h"

namespace carbon::feeds {

/// One request of a read, and what its answer adds to the reading.
struct Query {
  std::string name;  ///< "latest": for messages; denials are remembered by it
  std::string url;   ///< absolute
  std::vector<net::Header> headers = {};
  /// Reads the body of a 200 into the reading; fails where it says nothing of use. Pure.
  std::function<Status(std::string_view body, grid::ZoneReading& reading)> read = {};
  /// Where set: whether an answer of another status says what was asked all the same; then it is
  /// in the reading. Pure.
  std::function<bool(int status, std::string_view body, grid::ZoneReading& reading)> read_refusal =
      {};
};

/// The request that opens a session, for providers whose tokens are short-lived.
struct Login {
  std::string url;
  std::vector<net::Header> headers = {};
  Duration valid_for = std::chrono::minutes(25);
  /// The session's token in the body of a 200.
  Result<std::string> (*read)(std::string_view body) = nullptr;
};

/// What a provider grants, or what good manners allow, in the clock's time.
struct RequestQuota {
  int requests = 60;  ///< at most so many ...
  Duration per = std::chrono::hours(1);
};

/// A provider's language: what to ask for a zone and what the answers mean. Immutable and pure, so
/// it may be used from any thread; HttpFeed does the talking: sessions, quota, denials, secrets.
class Protocol {
 public:
  virtual ~Protocol() = default;

  /// For people: "electricity-maps".
  virtual std::string_view Name() const = 0;
  virtual RequestQuota Quota() const = 0;
  /// The requests that bring `zone` up to date at `now`, in order. What `held`, the last reading
  /// (or null), says and still holds need not be asked again: no query means that nothing is due.
  /// `session` is the token of Login(), empty where there is none.
  virtual std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* held,
                                     Time now, std::string_view session) const = 0;
  /// The request that tells in which zone `place` lies: its `read` names that zone in the reading.
  /// not_found where the place says too little, invalid where the provider cannot be asked.
  virtual Result<Query> Locate(const grid::Place& place, std::string_view session) const;
  /// What an answer with a status other than 200 means.
  virtual Failure Classify(int status, std::string_view body) const = 0;
  /// Nothing where requests carry all they need.
  virtual std::optional<Login> LoginRequest() const { return std::nullopt; }
};

}  // namespace carbon::feeds
