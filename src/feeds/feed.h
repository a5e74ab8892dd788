// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "grid/place.h"
#include "grid/reading.h"

namespace carbon::feeds {

/// Why a zone, or a part of its reading, did not come.
struct Failure {
  enum class Scope {
    zone,      ///< other zones may well come
    provider,  ///< every zone would fail alike: a refused token, a spent quota
  };

  Error error;
  Scope scope = Scope::zone;
  std::optional<Duration> retry_after = std::nullopt;  ///< the provider's wish

  bool operator==(const Failure&) const = default;
};

/// What one read of one zone brought: a reading, a failure, or both where only a part came. Neither
/// of them: the provider knows nothing newer yet than what is held.
struct Answer {
  std::optional<grid::ZoneReading> reading;
  std::optional<Failure> failure;

  bool NothingDue() const { return !reading && !failure; }
};

/// In which zone a place lies by the provider's own account, or why it does not say.
struct Located {
  std::optional<grid::ZoneId> zone = std::nullopt;
  std::optional<Failure> failure = std::nullopt;
};

/// A provider of carbon intensity. All methods may be called from several threads at once, Read for
/// different zones.
class Feed {
 public:
  virtual ~Feed() = default;

  /// For people: "electricity-maps".
  virtual std::string_view Name() const = 0;
  /// Asks for what is new of the zone's present and future since `held`, the last reading kept of
  /// it (or null). Where all that was asked for came, the reading is complete: what still holds
  /// is taken over from `held`. Bounded in real time by FeedSettings::timeout; `stop` ends it
  /// early, with a failure.
  virtual Answer Read(const grid::ZoneId& zone, const grid::ZoneReading* held,
                      std::stop_token stop) = 0;
  /// Asks the provider in which of its zones `place` lies; bounded as Read. A provider that cannot
  /// be asked fails as a whole, as invalid.
  virtual Located Locate(const grid::Place& place, std::stop_token stop);
};

/// What asking a provider for a place's zone comes to where it does not tell that.
Error CannotLocate(std::string_view provider);

/// What every provider needs to know.
struct FeedSettings {
  std::string base_url;  ///< empty: the provider's own
  std::string token;     ///< a secret: it goes into requests and nowhere else
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  int horizon_hours = 72;                       ///< of the forecast
  Duration timeout = std::chrono::seconds(10);  ///< real time, for all of a zone
  size_t max_body = size_t{1} << 20;
  int requests_per_hour = 0;  ///< 0: as the provider's protocol says
};

}  // namespace carbon::feeds
