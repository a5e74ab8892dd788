// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "net/server_certificates.h"

namespace carbon::net {

struct Parameter {
  std::string name;
  std::string value;
};

/// A request as a handler sees it: target taken apart and percent-decoded.
struct ServerRequest {
  std::string method;
  std::string path;                            ///< "/v3/zones"
  std::map<std::string, std::string> query;    ///< the last of a name counts
  std::vector<Parameter> parameters;           ///< of the query, in order; names may be repeated
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// Bytes in, bytes out. Called from the server's thread, one request at a time; must not block.
using Handler = std::function<HttpResponse(const ServerRequest&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  ///< 0 = any free one
  size_t max_body = size_t{1} << 20;
  size_t max_connections = 256;
  Duration idle_timeout = std::chrono::seconds(120);    ///< between requests
  Duration request_timeout = std::chrono::seconds(10);  ///< from a request's first byte to its last
  std::shared_ptr<ServerCertificates> certificates;     ///< HTTPS by these; null: plain HTTP
};

/// An HTTP/1.1 server on a thread of its own: keep-alive, Content-Length on every answer,
/// TCP_NODELAY, bounded header, body, connections and times. Where it speaks TLS, who does not is
/// told so in plain HTTP. The destructor stops it and closes every connection.
class HttpServer {
 public:
  /// Fails where the address cannot be bound: "cannot listen on 127.0.0.1:8080: …".
  static Result<std::unique_ptr<HttpServer>> Start(const ServerOptions& options, Handler handler);

  virtual ~HttpServer() = default;
  virtual uint16_t port() const = 0;
};

/// Splits a request target into path and query, percent-decoded ('+' is a blank in the query).
/// Fails on a bad escape or a target over 8 KiB.
Result<ServerRequest> ParseTarget(std::string_view target);

}  // namespace carbon::net
