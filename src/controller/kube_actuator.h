// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "controller/actuator.h"
#include "kube/client.h"
#include "net/clock.h"

namespace carbon::controller {

/// Acts on a cluster: patches the pod, then says so in an event on it. An event that cannot be
/// written is counted and hinders nothing. One thread.
class KubeActuator final : public Actuator {
 public:
  /// `client` and `real_clock`, which tells the machine's time, outlive the actuator. `instance`
  /// names this process in events.
  KubeActuator(kube::Client& client, const net::Clock& real_clock, std::string instance);

  Status Release(const workloads::PodView& pod, const plan::Decision& decision) override;
  Status Explain(const workloads::PodView& pod, const plan::Decision& decision) override;

  uint64_t lost_events() const { return lost_events_; }

 private:
  void Publish(const workloads::PodView& pod, const plan::Decision& decision);

  kube::Client& client_;
  const net::Clock& real_clock_;
  std::string instance_;
  uint64_t events_ = 0;
  uint64_t lost_events_ = 0;
};

/// The events.k8s.io/v1 Event that says `decision` on `pod`, at real time `now`; it is the
/// process's `number`-th.
boost::json::object EventOf(const workloads::PodView& pod, const plan::Decision& decision, Time now,
                            uint64_t number, const std::string& instance);

}  // namespace carbon::controller
