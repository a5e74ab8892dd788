// SPDX-License-Identifier: Apache-2.0
#include "kube/reflector.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kube/object.h"
#include "kube/status.h"

namespace carbon::kube {

namespace json = boost::json;

namespace {

bool EndsInitialEvents(const json::object& bookmark) {
  return StringAt(ObjectAt(bookmark, {"metadata", "annotations"}), "k8s.io/initial-events-end") ==
         "true";
}

/// The server does not do what was asked, rather than being unable to at the moment.
bool IsRefusal(Error::Kind kind) {
  return kind == Error::Kind::internal || kind == Error::Kind::not_found;
}

}  // namespace

Reflector::Reflector(InformerOptions options, ClientFactory make_client, const net::Clock& clock,
                     ObjectSink& sink)
    : options_(std::move(options)),
      make_client_(std::move(make_client)),
      clock_(clock),
      sink_(sink),
      backoff_(options_.retry),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

bool Reflector::AwaitSync(Duration timeout, std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  return synced_.wait_for(lock, stop, timeout, [this] { return Synced(); });
}

std::optional<Time> Reflector::LastContact() const {
  const Duration::rep at = last_contact_;
  return at < 0 ? std::nullopt : std::optional(Time(Duration(at)));
}

std::string Reflector::LastError() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

void Reflector::Remember(std::string error) {
  const std::lock_guard lock(mutex_);
  last_error_ = std::move(error);
}

void Reflector::Run(const std::stop_token& stop) {
  const auto client = make_client_(stop);
  while (!stop.stop_requested()) {
    progress_ = false;
    silent_ = false;
    const Status outcome = version_.empty() ? Relist(*client) : Watch(*client, false);
    if (stop.stop_requested()) {
      return;
    }
    if (const auto delay = Digest(outcome)) {
      clock_.SleepUntil(clock_.Now() + *delay, stop);
    }
  }
}

std::optional<Duration> Reflector::Digest(const Status& outcome) {
  if (progress_) {
    backoff_.Reset();
    Remember("");
  }
  if (outcome && progress_) {
    ++counters_.reconnects;  // servers end watches now and then
    return std::nullopt;
  }
  const Error error = outcome ? Unavailable("the server ends watches at once") : outcome.error();
  if (silent_) {
    // The connection is dead, or else the version is ahead of a server that was restored from a
    // backup, which then waits for it in silence.
    if (!progress_) {
      version_.clear();
    }
    ++counters_.reconnects;
    return std::nullopt;  // it took its time already
  }
  const bool at_once = error.kind == Error::Kind::expired && backoff_.failures() == 0;
  const auto delay = backoff_.Next(random_);
  if (error.kind == Error::Kind::expired || IsRefusal(error.kind)) {
    version_.clear();
  }
  ++counters_.errors;
  Remember(error.message);
  return at_once ? std::nullopt : std::optional(delay);
}

Status Reflector::Relist(Client& client) {
  if (watch_list_) {
    const Status outcome = Watch(client, true);
    const bool listed = !version_.empty();
    // A server that knows no WatchList refuses it or, older still, sends no end of the list.
    const bool unknown =
        outcome || outcome.error().kind == Error::Kind::timeout || IsRefusal(outcome.error().kind);
    if (listed || !unknown) {
      return outcome;
    }
    const Status pages = ListPages(client);
    const bool refused = !outcome && IsRefusal(outcome.error().kind);
    watch_list_ = version_.empty() || !refused;
    return pages;
  }
  return ListPages(client);
}

Status Reflector::ListPages(Client& client) {
  const auto version = client.EachPage(options_.path, options_.selection,
                                       [this](bool first, const json::array& items) {
                                         Touch();
                                         if (first) {
                                           sink_.BeginList();
                                         }
                                         for (const json::value& item : items) {
                                           if (item.is_object()) {
                                             sink_.Put(item.get_object());
                                           }
                                         }
                                       });
  if (!version) {
    return version.error();
  }
  if (version->empty()) {
    return Unavailable("GET " + options_.path + ": the list has no resourceVersion");
  }
  version_ = *version;
  CompleteList();
  return Watch(client, false);
}

void Reflector::CompleteList() {
  sink_.EndList();
  {
    const std::lock_guard lock(mutex_);
    ++counters_.relists;
    last_error_.clear();
    synced_.notify_all();
  }
  sink_.Listed();
}

Status Reflector::Watch(Client& client, bool listing) {
  std::uniform_int_distribution<int64_t> draw(1000, 2000);
  const auto time =
      std::chrono::ceil<std::chrono::seconds>(options_.watch_time * draw(random_)) / 1000;
  Query query = {{"allowWatchBookmarks", "true"}, {"timeoutSeconds", std::to_string(time.count())}};
  if (listing) {
    query.emplace_back("sendInitialEvents", "true");
    query.emplace_back("resourceVersionMatch", "NotOlderThan");
    sink_.BeginList();
  } else {
    query.emplace_back("resourceVersion", version_);
  }
  if (!options_.selection.labels.empty()) {
    query.emplace_back("labelSelector", options_.selection.labels);
  }
  if (!options_.selection.fields.empty()) {
    query.emplace_back("fieldSelector", options_.selection.fields);
  }
  const Time begun = clock_.Now();
  WatchStream stream;
  Status ended;
  bool go_on = true;
  const Status outcome =
      client.Watch(options_.path, query, options_.silence, [&](std::string_view bytes) {
        Touch();
        const Status fed = stream.Feed(bytes, [&](WatchEvent&& event) {
          go_on = OnEvent(event, listing, ended);
          return go_on;
        });
        if (!fed) {
          ended = fed;
        }
        return go_on && fed;
      });
  constexpr Duration kNotAtOnce = std::chrono::seconds(1);
  const Duration took = clock_.Now() - begun;
  progress_ = progress_ || (outcome && !listing && took >= kNotAtOnce);
  silent_ = !outcome && outcome.error().kind == Error::Kind::timeout && took >= options_.silence;
  return ended ? outcome : ended;
}

bool Reflector::OnEvent(const WatchEvent& event, bool& listing, Status& ended) {
  if (event.type == WatchEvent::Type::error) {
    const auto code = static_cast<int>(IntAt(&event.object, "code"));
    ended = StatusError("watch of " + options_.path, code, &event.object);
    return false;
  }
  if (event.type == WatchEvent::Type::deleted) {
    sink_.Remove(event.object);
  } else if (event.type != WatchEvent::Type::bookmark) {
    sink_.Put(event.object);
  }
  counters_.events += event.type == WatchEvent::Type::bookmark ? 0 : 1;
  const std::string_view version =
      StringAt(ObjectAt(event.object, {"metadata"}), "resourceVersion");
  if (!listing) {
    version_ = version.empty() ? version_ : std::string(version);
    progress_ = true;
    return true;
  }
  // A list's events come in no order: only the bookmark behind them is a place to go on from.
  if (event.type != WatchEvent::Type::bookmark) {
    return true;
  }
  if (version.empty() || !EndsInitialEvents(event.object)) {
    ended = Error{Error::Kind::internal, "watch of " + options_.path + ": no WatchList"};
    return false;
  }
  listing = false;
  version_ = version;
  CompleteList();
  return true;
}

}  // namespace carbon::kube
