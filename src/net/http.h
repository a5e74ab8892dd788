// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace carbon::net {

struct Header {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  std::string body;
  Duration timeout = std::chrono::seconds(10);  ///< real time, connect to last byte
  size_t max_body = size_t{16} << 20;           ///< of the answer, after decompression
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; the last of a name counts
  std::string body;
};

/// How connections are made. File contents, not paths; all may be empty.
struct TlsOptions {
  std::string ca_pem;  ///< trusted roots; empty = the system's
  std::string certificate_pem;
  std::string key_pem;
  std::string server_name;  ///< verified instead of the URL's host, if not empty
};

/// An HTTP client that keeps its connections. Certificates are always verified; redirects are not
/// followed; bodies are bounded. Errors name method and URL without its query, never a header.
/// Not thread-safe: one per thread.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  /// Any HTTP status is a response; an Error is a connection that failed (unavailable), took too
  /// long (timeout) or sent too much (unavailable). `stop` ends it early, as unavailable.
  virtual Result<HttpResponse> Send(const HttpRequest& request, std::stop_token stop = {}) = 0;

  /// Like Send, but hands a 200's body to `on_data` as it comes, unbounded; the response's own
  /// body stays empty. Ends when the server ends it, `on_data` returns false, `stop` is requested
  /// or `request.timeout` passes without a byte: the first two are a response, the others an Error.
  /// Other statuses are returned as by Send.
  virtual Result<HttpResponse> Stream(const HttpRequest& request,
                                      const std::function<bool(std::string_view)>& on_data,
                                      std::stop_token stop) = 0;
};

std::unique_ptr<HttpClient> MakeHttpClient(TlsOptions tls);

/// The delay that a Retry-After header asks for (seconds, or an HTTP date against `now`), at most
/// an hour. Nothing where the header is absent or unreadable.
std::optional<Duration> RetryAfter(const HttpResponse& response, Time now);

/// Percent-encodes all but RFC 3986's unreserved characters.
std::string UrlEncode(std::string_view text);

}  // namespace carbon::net
