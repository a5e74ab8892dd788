// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "kube/client.h"
#include "net/clock.h"

namespace carbon::kube {

/// Kubernetes' MicroTime: "2021-07-01T00:00:00.250000Z". Without the fraction it is refused.
std::string FormatMicroTime(Time time);

/// The lease of the controller.
inline constexpr std::string_view kLeaseNamespace = "carbon-kube";
inline constexpr std::string_view kLeaseName = "carbon-kube-controller";

struct LeaseOptions {
  std::string name_space;
  std::string name;
  std::string holder;                            ///< unique to this process, not empty
  Duration duration = std::chrono::seconds(15);  ///< others may take over after this
  Duration deadline = std::chrono::seconds(10);  ///< the holder stops trusting itself after this
  Duration retry = std::chrono::seconds(2);      ///< between calls of Lease::Step()
};

/// The fields of a coordination.k8s.io/v1 Lease that matter.
struct LeaseRecord {
  std::string holder;  ///< empty = released
  Duration duration{};
  int64_t transitions = 0;
  std::string acquire_time;
  std::string version;  ///< metadata.resourceVersion

  static LeaseRecord Of(const boost::json::object& lease);
};

/// Judges a lease by when this process saw it change, since the clocks of others are not to be
/// trusted. Pure.
class LeaseWatch {
 public:
  enum class Verdict {
    create,     ///< there is none
    renew,      ///< it is ours
    take_over,  ///< it is released, or its holder has not renewed it for its duration
    wait,       ///< another holds it
  };

  /// `record` as read at `now`; nothing = there is no such lease.
  Verdict Judge(const std::optional<LeaseRecord>& record, std::string_view self, Time now);

 private:
  std::string seen_version_;
  Time changed_;  // when seen_version_ was first seen
};

/// Leader election by one Lease. Not thread-safe.
class Lease {
 public:
  /// `client` and `clock`, which tells real time, outlive the lease.
  Lease(LeaseOptions options, Client& client, const net::Clock& clock);

  /// Takes or renews the lease once, if that is possible now; to be called every `retry`.
  /// True = held; false = another holds it, or was quicker. Errors are the API's.
  Result<bool> Step();
  /// True while no other can hold it: since less than `deadline` before the last success.
  bool Held() const;
  /// Lets another take over at once. Nothing happens where it is not ours.
  Status Release();
  /// Who held it at the last Step(); empty = nobody.
  const std::string& holder() const { return holder_; }

 private:
  Result<std::optional<LeaseRecord>> Read();
  boost::json::object Body(const LeaseRecord& record, const std::string& holder) const;
  Result<bool> Write(LeaseWatch::Verdict verdict, const std::optional<LeaseRecord>& record);

  const LeaseOptions options_;
  Client& client_;
  const net::Clock& clock_;
  const std::string collection_;
  const std::string path_;
  LeaseWatch watch_;
  std::string holder_;
  std::optional<Time> renewed_;
};

}  // namespace carbon::kube
