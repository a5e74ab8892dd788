// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "kube/client.h"
#include "kube/watch_stream.h"
#include "net/clock.h"
#include "net/retry.h"

namespace carbon::kube {

struct InformerOptions {
  std::string path;  ///< of a collection, as of ApiPath()
  Selection selection;
  Duration watch_time = std::chrono::minutes(5);  ///< the server ends a watch after 1 to 2 of this
  Duration silence = std::chrono::seconds(90);    ///< a watch without a byte for this long is dead;
                                                  ///< bookmarks come every minute or so
  /// A controller that comes back late makes jobs late, so the longest pause is short.
  net::RetryPolicy retry{std::chrono::milliseconds(500), std::chrono::seconds(4)};
};

/// Since the start. Any thread may read them.
struct InformerCounters {
  std::atomic<uint64_t> relists{0};     ///< complete lists taken, the first one included
  std::atomic<uint64_t> reconnects{0};  ///< watches taken up again where the last one ended
  std::atomic<uint64_t> events{0};      ///< added, modified and deleted
  std::atomic<uint64_t> errors{0};
};

/// Where a Reflector puts what it sees. Called from its thread only.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;

  /// What is put from here on until EndList() is all there is. Another BeginList() voids this one.
  virtual void BeginList() = 0;
  virtual void Put(const boost::json::object& object) = 0;
  virtual void Remove(const boost::json::object& object) = 0;
  virtual void EndList() = 0;
  /// The list has become part of what Synced() and the counters say.
  virtual void Listed() {}
};

/// Mirrors one collection into a sink, on a thread of its own, until it is destroyed: a list, then
/// watches, each from where the last one ended; a list again only where the server has forgotten
/// that place. Nothing is removed from the sink because a server is away.
///
/// The list is a WatchList (a watch that begins with what there is), or, where the server knows
/// none, a list in pages.
class Reflector {
 public:
  /// `clock` tells real time; it and `sink` outlive the reflector.
  Reflector(InformerOptions options, ClientFactory make_client, const net::Clock& clock,
            ObjectSink& sink);
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;
  ~Reflector() = default;

  /// True once the first list is complete, for ever.
  bool Synced() const { return counters_.relists > 0; }
  /// Waits for that, at most `timeout` of real time. False where it did not come.
  bool AwaitSync(Duration timeout, std::stop_token stop) const;
  /// When the server last said anything of the collection, on the clock given; nothing before that.
  std::optional<Time> LastContact() const;
  /// What last went wrong; empty where nothing did, or all is well again.
  std::string LastError() const;
  const InformerCounters& counters() const { return counters_; }

 private:
  void Run(const std::stop_token& stop);
  /// What follows from the end of a list or watch; the delay before the next, if any.
  std::optional<Duration> Digest(const Status& outcome);
  Status Relist(Client& client);
  Status ListPages(Client& client);
  /// Watches from version_, or, with `listing`, from a list that the watch begins with.
  Status Watch(Client& client, bool listing);
  /// False where the watch is to end: `ended` then says why.
  bool OnEvent(const WatchEvent& event, bool& listing, Status& ended);
  void CompleteList();
  void Touch() { last_contact_ = clock_.Now().time_since_epoch().count(); }
  void Remember(std::string error);

  const InformerOptions options_;
  const ClientFactory make_client_;
  const net::Clock& clock_;
  ObjectSink& sink_;
  InformerCounters counters_;
  std::atomic<Duration::rep> last_contact_{-1};
  mutable std::mutex mutex_;
  mutable std::condition_variable_any synced_;
  std::string last_error_;  // under mutex_

  // The thread's own.
  std::mt19937_64 random_{std::random_device()()};
  net::Backoff backoff_;
  std::string version_;     // where to watch from; empty = list first
  bool watch_list_ = true;  // not known to be refused
  bool silent_ = false;     // the watch before was given up for its silence
  bool progress_ = false;   // the watch under way has brought something

  std::jthread thread_;  // last: stopped and joined before the rest goes
};

}  // namespace carbon::kube
