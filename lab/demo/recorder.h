// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "kube/client.h"
#include "kube/informer.h"
#include "net/clock.h"

namespace carbon::demo {

/// How far a job's pod has come.
enum class Stage { held, released, running, done };

struct Observation {
  Stage stage = Stage::held;
  std::string node;
  std::optional<Time> started;   ///< when it was first seen running
  std::optional<Time> finished;  ///< when it was first seen finished
};

/// Watches the demonstration's pods and notes when each came how far, on the recording's clock,
/// by its own watch: the API's timestamps are whole seconds, which are many minutes there.
/// Any thread.
class Recorder {
 public:
  /// The clocks outlive the recorder.
  Recorder(const std::string& name_space, kube::ClientFactory make_client, const net::Clock& clock,
           const net::Clock& real_clock);

  bool AwaitSync(Duration timeout, std::stop_token stop) const {
    return pods_.AwaitSync(timeout, stop);
  }
  /// By pod name.
  std::map<std::string, Observation> Observations() const;

 private:
  struct Seen {
    Stage stage = Stage::held;
    std::string node;
    std::optional<Time> api_started;  ///< by the API, whole seconds
    std::optional<Time> api_finished;
  };
  std::optional<Seen> Parse(const boost::json::object& object) const;
  void Note(std::string_view key);

  const net::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Observation> observations_;  ///< under mutex_
  kube::Informer<Seen> pods_;                        ///< last: its thread uses the above
};

}  // namespace carbon::demo
