// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kube/kubeconfig.h"
#include "net/clock.h"
#include "net/http.h"
#include "net/retry.h"

namespace carbon::kube {

using Query = std::vector<std::pair<std::string, std::string>>;

struct ClientOptions {
  Duration timeout = std::chrono::seconds(30);   ///< of one try
  int tries = 5;                                 ///< of one call
  Duration patience = std::chrono::seconds(30);  ///< no try starts later than this into a call
  net::RetryPolicy retry{std::chrono::milliseconds(200), std::chrono::seconds(5)};
  size_t max_answer = size_t{64} << 20;
  int page = 500;  ///< objects in one answer to a list
};

struct Selection {
  std::string labels;  ///< labelSelector; empty = all
  std::string fields;  ///< fieldSelector; empty = all
};

struct ObjectList {
  std::string resource_version;  ///< of the list: where a watch goes on
  boost::json::array items;
};

struct DeleteOptions {
  std::string uid;  ///< deletes this very object only, else conflict; empty = any of the name
  std::optional<int> grace_seconds;
  std::string propagation;  ///< "Background", "Foreground" or "Orphan"; empty = the server's choice
};

enum class PatchKind {
  merge,  ///< RFC 7386
  json,   ///< RFC 6902; a `test` that does not hold is conflict
};

/// Speaks to one API server. A `path` is as of ApiPath() and without a query; a malformed one is
/// internal. What an answer's HTTP status means is said at StatusError(); an answer that is not
/// JSON, is cut short or too large is unavailable.
///
/// A call waits and tries again, within `tries` and `patience`: on 429 (but not where a disruption
/// budget is the reason) and 5xx with Retry-After, honouring it; and, for calls that may be made
/// twice (all but Create and JSON patches), on failed connections, 502, 503 and 504. A token file
/// is read again every minute and, once a call, on 401.
///
/// Not thread-safe: one per thread.
class Client {
 public:
  /// `clock` tells real time and outlives the client. Calls end early, as unavailable, once `stop`
  /// is requested.
  Client(Connection connection, std::unique_ptr<net::HttpClient> http, const net::Clock& clock,
         std::stop_token stop = {}, ClientOptions options = {}, uint64_t seed = 0);

  Result<boost::json::object> Get(const std::string& path, const Query& query = {});
  Result<boost::json::object> Create(const std::string& path, const boost::json::object& object,
                                     const Query& query = {});
  /// PUT: with metadata.resourceVersion, conflict where the object has changed since.
  Result<boost::json::object> Replace(const std::string& path, const boost::json::object& object,
                                      const Query& query = {});
  Result<boost::json::object> Patch(const std::string& path, PatchKind kind,
                                    const boost::json::value& patch, const Query& query = {});
  /// Server-side apply: creates the object or makes the fields in `object` those of `manager`.
  /// A field of another manager is conflict, or taken over if `force`.
  Result<boost::json::object> Apply(const std::string& path, const boost::json::object& object,
                                    std::string_view manager, bool force);
  Status Delete(const std::string& path, const DeleteOptions& options = {});

  /// A whole collection, page by page.
  Result<ObjectList> List(const std::string& path, const Selection& selection = {});
  /// Takes one page. `first` is true on the first page, which may come again: where the server
  /// forgets where the list was, it starts anew and the earlier pages are void.
  using PageSink = std::function<void(bool first, const boost::json::array& items)>;
  /// As List, keeping one page at a time in memory. Returns the list's resourceVersion.
  Result<std::string> EachPage(const std::string& path, const Selection& selection,
                               const PageSink& sink);

  /// Hands the bytes of a watch to `on_data` until the server ends it or `on_data` returns false;
  /// those are success. timeout where `silence` passes without a byte.
  Status Watch(const std::string& path, const Query& query, Duration silence,
               const std::function<bool(std::string_view)>& on_data);

  const std::string& name_space() const { return connection_.name_space; }

 private:
  struct Call {
    std::string method;
    std::string path;
    Query query;
    std::string content_type;
    std::string body;
    bool repeatable = true;
  };
  using Sender = std::function<Result<net::HttpResponse>(const net::HttpRequest&)>;

  Result<boost::json::object> Run(const Call& call);
  /// Tries until an answer or an error that is to be passed on.
  Result<net::HttpResponse> Exchange(const Call& call, Duration timeout, const Sender& send);
  Result<net::HttpRequest> Build(const Call& call, Duration timeout);
  /// The delay that this outcome asks for before another try; nothing where it is to be passed on.
  std::optional<Duration> Again(const Call& call, const Result<net::HttpResponse>& outcome,
                                net::Backoff& backoff);
  void ReadToken(bool anew);

  Connection connection_;
  std::unique_ptr<net::HttpClient> http_;
  const net::Clock& clock_;
  std::stop_token stop_;
  ClientOptions options_;
  std::mt19937_64 random_;
  std::optional<Time> token_read_;
};

/// Makes clients that are alike, one for each thread. The token is the thread's.
using ClientFactory = std::function<std::unique_ptr<Client>(std::stop_token stop)>;

/// Clients over libcurl. `clock` as for Client.
ClientFactory MakeClientFactory(Connection connection, const net::Clock& clock,
                                ClientOptions options = {});

}  // namespace carbon::kube
