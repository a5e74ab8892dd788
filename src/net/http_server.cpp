// SPDX-License-Identifier: Apache-2.0
// The only file that includes Asio and Beast: they are dear to compile.
#include "net/http_server.h"

// One thread runs everything here, so Asio needs no fences, which ThreadSanitizer does not know.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "base/text.h"

namespace carbon::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr uint32_t kMostHeaderBytes = 32768;

HttpResponse Plain(int status, std::string text) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Not for the handler to say: framing is this server's.
bool IsFraming(const std::string& name) {
  return name == "content-length" || name == "transfer-encoding" || name == "connection";
}

bool IsClean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; });
}

struct Shared {
  ServerOptions options;
  Handler handler;
  size_t connections = 0;  // touched by the server's thread only
};

/// One connection: read a request, answer it, again. Lives in its own pending callbacks.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Tcp::socket socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {
    ++shared_.connections;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { --shared_.connections; }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(shared_.options.max_body);
    // For the whole request, so that a peer cannot hold the connection by trickling bytes.
    stream_.expires_after(shared_.options.idle_timeout);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code code, size_t) { self->OnHeader(code); });
  }

 private:
  void OnHeader(error_code code) {
    if (code) {
      Refuse(code);
      return;
    }
    if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      ReadBody();
      return;
    }
    go_on_ = {http::status::continue_, parser_->get().version()};
    http::async_write(stream_, go_on_, [self = shared_from_this()](error_code failed, size_t) {
      if (!failed) {
        self->ReadBody();
      }
    });
  }

  void ReadBody() {
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code code, size_t) { self->OnRequest(code); });
  }

  void OnRequest(error_code code) {
    if (code) {
      Refuse(code);
      return;
    }
    const auto& message = parser_->get();
    Write(Answer(message), message.keep_alive(), message.method() == http::verb::head,
          message.version());
  }

  HttpResponse Answer(const http::request<http::string_body>& message) {
    auto request = ParseTarget(message.target());
    if (!request) {
      return Plain(400, request.error().message + "\n");
    }
    request->method = message.method_string();
    for (const auto& field : message) {
      request->headers[Lower(field.name_string())] = field.value();
    }
    request->body = message.body();
    // Handlers throw nothing of their own; a library below them might, and must not end the server.
    try {
      return shared_.handler(*request);
    } catch (const std::exception&) {
      return Plain(500, "internal error\n");
    }
  }

  /// Says what is wrong where HTTP has a word for it, and hangs up either way.
  void Refuse(error_code code) {
    if (code == http::error::header_limit || code == http::error::buffer_overflow) {
      Write(Plain(431, "request header too large\n"), false, false, 11);
    } else if (code == http::error::body_limit) {
      Write(Plain(413, "request body too large\n"), false, false, 11);
    } else if (code.category() == http::make_error_code(http::error::bad_method).category() &&
               code != http::error::end_of_stream && code != http::error::partial_message) {
      Write(Plain(400, "malformed request\n"), false, false, 11);
    } else {
      Close();
    }
  }

  void Write(HttpResponse answer, bool keep_alive, bool head, unsigned version) {
    const bool known = answer.status >= 200 && answer.status <= 599;
    response_ = {static_cast<http::status>(known ? answer.status : 500), version};
    for (const auto& [name, value] : answer.headers) {
      if (!IsFraming(Lower(name)) && IsClean(name) && IsClean(value)) {
        response_.set(name, value);
      }
    }
    const bool bodiless = answer.status == 204 || answer.status == 304;
    if (!bodiless) {
      response_.content_length(answer.body.size());
    }
    if (!bodiless && !head) {
      response_.body() = std::move(answer.body);
    }
    response_.keep_alive(keep_alive);
    stream_.expires_after(shared_.options.idle_timeout);
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep_alive](error_code code, size_t) {
                        if (code || !keep_alive) {
                          self->Close();
                        } else {
                          self->Read();
                        }
                      });
  }

  /// Shuts down our side and drains theirs for a moment: closing with unread bytes would reset the
  /// connection and could destroy the answer under way.
  void Close() {
    error_code ignored;
    stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    Drain(0);
  }

  void Drain(size_t drained) {
    constexpr size_t kMostDrained = size_t{1} << 20;
    if (drained > kMostDrained) {
      return;
    }
    stream_.expires_after(
        std::min<Duration>(std::chrono::seconds(1), shared_.options.idle_timeout));
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this(), drained](error_code code, size_t count) {
                              if (!code) {
                                self->Drain(drained + count);
                              }
                            });
  }

  beast::tcp_stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  http::response<http::empty_body> go_on_;
};

class BeastServer final : public HttpServer {
 public:
  BeastServer(const ServerOptions& options, Handler handler)
      : shared_{options, std::move(handler)}, acceptor_(context_) {}
  BeastServer(const BeastServer&) = delete;
  BeastServer& operator=(const BeastServer&) = delete;
  ~BeastServer() override {
    context_.stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  error_code Listen() {
    error_code code;
    const auto address = asio::ip::make_address(shared_.options.address, code);
    if (code) {
      return code;
    }
    const Tcp::endpoint endpoint(address, shared_.options.port);
    acceptor_.open(endpoint.protocol(), code);
    if (!code) {
      acceptor_.set_option(Tcp::acceptor::reuse_address(true), code);
    }
    if (!code) {
      acceptor_.bind(endpoint, code);
    }
    if (!code) {
      acceptor_.listen(asio::socket_base::max_listen_connections, code);
    }
    if (!code) {
      port_ = acceptor_.local_endpoint(code).port();
    }
    return code;
  }

  void Run() {
    Accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  uint16_t port() const override { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](error_code code, Tcp::socket socket) {
      if (code == asio::error::operation_aborted) {
        return;
      }
      if (code) {
        Pause();
        return;
      }
      if (shared_.connections < shared_.options.max_connections) {
        error_code ignored;
        socket.set_option(Tcp::no_delay(true), ignored);
        std::make_shared<Session>(std::move(socket), shared_)->Read();
      }
      Accept();
    });
  }

  /// Out of file descriptors, most likely: accepting at once again would spin.
  void Pause() {
    constexpr auto kPause = std::chrono::milliseconds(100);
    pause_.expires_after(kPause);
    pause_.async_wait([this](error_code code) {
      if (!code) {
        Accept();
      }
    });
  }

  Shared shared_;
  asio::io_context context_{1};  // after shared_: the sessions it destroys still count themselves
  Tcp::acceptor acceptor_;
  asio::steady_timer pause_{context_};
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const ServerOptions& options,
                                                      Handler handler) {
  auto server = std::make_unique<BeastServer>(options, std::move(handler));
  if (const error_code code = server->Listen()) {
    return Unavailable("cannot listen on " + Printable(options.address) + ":" +
                       std::to_string(options.port) + ": " + code.message());
  }
  server->Run();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace carbon::net
