// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/http_server.h"
#include "support/raw_server.h"

namespace carbon::kube {

/// An API server with one collection, /api/v1/things, whose objects have a name and a number. It
/// lists in pages, watches from any version it has not forgotten, and misbehaves on demand. All
/// methods may be called from any thread.
class FakeApi {
 public:
  FakeApi() : server_([this](Peer& peer) { Serve(peer); }) {}
  ~FakeApi() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }

  std::string Url() const { return server_.Url(""); }

  void Set(const std::string& name, int64_t number) {
    const std::lock_guard lock(mutex_);
    const bool known = things_.contains(name);
    things_[name] = {++version_, number};
    Log(known ? "MODIFIED" : "ADDED", name, things_[name]);
  }
  void Delete(const std::string& name) {
    const std::lock_guard lock(mutex_);
    Thing last = things_[name];
    things_.erase(name);
    last.version = ++version_;
    Log("DELETED", name, last);
  }
  void Bookmark() {
    const std::lock_guard lock(mutex_);
    ++version_;  // of some other collection
    log_.push_back({version_, Line("BOOKMARK", {{"metadata", Meta("", version_)}})});
    changed_.notify_all();
  }
  /// Ends every watch: "end" properly, "cut" in the middle of a line, "expire" by a 410 event,
  /// "garbage" by a line that is no JSON.
  void EndWatches(std::string how) {
    const std::lock_guard lock(mutex_);
    how_ = std::move(how);
    ++generation_;
    changed_.notify_all();
  }
  /// Watches cannot begin from before now.
  void Forget() {
    const std::lock_guard lock(mutex_);
    oldest_ = version_;
  }
  /// As after a restore of an old backup.
  void GoBackTo(int64_t version) {
    const std::lock_guard lock(mutex_);
    version_ = version;
    oldest_ = 0;
    log_.clear();
  }
  /// Every request, or with `watches` only plain watches, is answered with `status`; 0 = normally.
  void Refuse(int status, bool watches = false) {
    const std::lock_guard lock(mutex_);
    (watches ? refuse_watches_ : refuse_) = status;
  }
  /// How a WatchList is answered: 200 = properly; 0 = as a plain watch; else that status.
  void AnswerWatchList(int status) {
    const std::lock_guard lock(mutex_);
    watch_list_ = status;
  }
  /// Watches begin and then say nothing, not even what happens.
  void Mute(bool mute) {
    const std::lock_guard lock(mutex_);
    mute_ = mute;
    changed_.notify_all();
  }

  std::map<std::string, int64_t> Things() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, int64_t> out;
    for (const auto& [name, thing] : things_) {
      out[name] = thing.number;
    }
    return out;
  }
  /// "list", "watchlist" and "watch VERSION", in the order they came.
  std::vector<std::string> Requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int Watching() const {
    const std::lock_guard lock(mutex_);
    return watching_;
  }
  int64_t Version() const {
    const std::lock_guard lock(mutex_);
    return version_;
  }

 private:
  using Query = std::map<std::string, std::string>;
  struct Thing {
    int64_t version = 0;
    int64_t number = 0;
  };
  struct Event {
    int64_t version = 0;
    std::string line;
  };

  static boost::json::object Meta(const std::string& name, int64_t version) {
    boost::json::object meta{{"resourceVersion", std::to_string(version)}};
    if (!name.empty()) {
      meta["name"] = name;
    }
    return meta;
  }
  static boost::json::object Object(const std::string& name, const Thing& thing) {
    return {{"metadata", Meta(name, thing.version)}, {"number", thing.number}};
  }
  static std::string Line(const char* type, boost::json::object object) {
    return boost::json::serialize(
               boost::json::object{{"type", type}, {"object", std::move(object)}}) +
           "\n";
  }
  static boost::json::object Refusal(int code) {
    return {{"kind", "Status"}, {"message", "refused"}, {"code", code}};
  }

  void Log(const char* type, const std::string& name, const Thing& thing) {
    log_.push_back({thing.version, Line(type, Object(name, thing))});
    changed_.notify_all();
  }

  void Serve(Peer& peer) {
    while (const auto request = peer.Hear()) {
      const std::string target = std::string(Split(*request, ' ')[1]);
      const Query query = net::ParseTarget(target)->query;
      const bool is_watch = query.contains("watch");
      int refuse = 0;
      {
        const std::lock_guard lock(mutex_);
        const bool is_list = query.contains("sendInitialEvents");
        requests_.push_back(!is_watch ? "list"
                            : is_list ? "watchlist"
                                      : "watch " + query.at("resourceVersion"));
        refuse = is_watch && !is_list && refuse_ == 0 ? refuse_watches_ : refuse_;
        if (refuse == 0 && is_list && watch_list_ != 200) {
          refuse = watch_list_;
        }
      }
      if (refuse != 0) {
        peer.Say(Answer(refuse, boost::json::serialize(Refusal(refuse))));
      } else if (!is_watch) {
        peer.Say(List(query));
      } else if (!Watch(peer, query)) {
        return;
      }
    }
  }

  /// Later pages show what there was at the first one, as in etcd.
  std::string List(const Query& query) {
    const std::lock_guard lock(mutex_);
    const size_t limit = std::stoul(query.at("limit"));
    const auto token = query.find("continue");
    if (token == query.end()) {
      listed_ = things_;
      listed_version_ = version_;
    }
    boost::json::array items;
    auto thing = token == query.end() ? listed_.begin() : listed_.lower_bound(token->second);
    for (; thing != listed_.end() && items.size() < limit; ++thing) {
      items.emplace_back(Object(thing->first, thing->second));
    }
    boost::json::object meta = Meta("", listed_version_);
    if (thing != listed_.end()) {
      meta["continue"] = thing->first;
    }
    return Answer(
        200, boost::json::serialize(boost::json::object{{"metadata", meta}, {"items", items}}));
  }

  /// What a WatchList begins with.
  std::string InitialEvents(bool with_end) const {
    std::string text;
    for (const auto& [name, thing] : things_) {
      text += Line("ADDED", Object(name, thing));
    }
    boost::json::object meta = Meta("", version_);
    meta["annotations"] = boost::json::object{{"k8s.io/initial-events-end", "true"}};
    return text + (with_end ? Line("BOOKMARK", {{"metadata", meta}}) : "");
  }

  /// False where the connection is to be dropped.
  bool Watch(Peer& peer, const Query& query) {
    std::unique_lock lock(mutex_);
    const uint64_t generation = generation_;
    std::string text;
    int64_t at = version_;
    if (query.contains("sendInitialEvents")) {
      text = InitialEvents(watch_list_ == 200);
    } else {
      at = std::stoll(query.at("resourceVersion"));
      if (at < oldest_) {
        lock.unlock();
        peer.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        peer.SayChunk(Line("ERROR", Refusal(410)));
        return peer.SayChunk("");
      }
    }
    ++watching_;
    lock.unlock();
    peer.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    lock.lock();
    while (true) {
      for (const Event& event : log_) {
        if (event.version > at && !mute_) {
          at = event.version;
          text += event.line;
        }
      }
      const size_t known = log_.size();
      const bool over = generation_ != generation || closing_;
      if (over) {
        text.clear();  // whatever is not sent yet is for the next watch
      }
      const std::string how = how_;
      lock.unlock();
      SayInPieces(peer, text);
      text.clear();
      if (over) {
        const bool kept = End(peer, how);
        lock.lock();
        --watching_;
        return kept;
      }
      lock.lock();
      changed_.wait(lock,
                    [&] { return closing_ || generation_ != generation || log_.size() != known; });
    }
  }

  /// Chunks end anywhere but at the end of a line.
  static void SayInPieces(Peer& peer, std::string_view text) {
    constexpr size_t kPiece = 37;
    while (!text.empty()) {
      const size_t size = std::min(kPiece, text.size());
      peer.SayChunk(text.substr(0, size));
      text.remove_prefix(size);
    }
  }

  static bool End(Peer& peer, const std::string& how) {
    if (how == "cut") {
      peer.SayChunk(R"({"type":"ADDED","object":{"metadata":{"name":"ha)");
      return false;
    }
    if (how == "expire") {
      peer.SayChunk(Line("ERROR", Refusal(410)));
    } else if (how == "garbage") {
      peer.SayChunk("<html>\n");
    }
    return peer.SayChunk("");
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  int64_t version_ = 100;
  int64_t oldest_ = 0;
  std::map<std::string, Thing> things_;
  std::map<std::string, Thing> listed_;
  int64_t listed_version_ = 0;
  std::vector<Event> log_;
  std::vector<std::string> requests_;
  uint64_t generation_ = 0;
  std::string how_ = "end";
  int refuse_ = 0;
  int refuse_watches_ = 0;
  int watch_list_ = 200;
  bool mute_ = false;
  int watching_ = 0;
  RawServer server_;  // last: its threads use the others
};

}  // namespace carbon::kube
