// SPDX-License-Identifier: Apache-2.0
#pragma once

// Included by http_server.cpp only: Beast is dear to compile.
// One thread runs everything here, so Asio needs no fences, which ThreadSanitizer does not know.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/text.h"
#include "net/http_server.h"

namespace carbon::net::detail {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr uint32_t kMostHeaderBytes = 32768;
/// Beast reads half a kilobyte at a time into a buffer that has no room of its own.
constexpr size_t kReadBytes = size_t{64} << 10;

inline HttpResponse Plain(int status, std::string text) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
}

inline std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Not for the handler to say: framing is this server's.
inline bool IsFraming(const std::string& name) {
  return name == "content-length" || name == "transfer-encoding" || name == "connection";
}

inline bool IsClean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; });
}

/// Touched by the server's thread only.
struct Shared {
  ServerOptions options;
  Handler handler;
  size_t connections = 0;
};

/// Counts as a connection while it lives.
class Seat {
 public:
  explicit Seat(Shared& shared) : shared_(&shared) { ++shared_->connections; }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  Seat(Seat&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  Seat& operator=(Seat&&) = delete;
  ~Seat() {
    if (shared_ != nullptr) {
      --shared_->connections;
    }
  }
  Shared& shared() const { return *shared_; }

 private:
  Shared* shared_;
};

using PlainStream = beast::tcp_stream;
// Not beast::ssl_stream, which in Boost 1.81 takes no bytes that were read before.
using TlsStream = asio::ssl::stream<beast::tcp_stream>;

/// One connection: read a request, answer it, again. Lives in its own pending callbacks.
template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  /// `early`: what was read of it before.
  Session(Stream stream, Seat seat, beast::flat_buffer early)
      : seat_(std::move(seat)), stream_(std::move(stream)), buffer_(std::move(early)) {}

  /// Agrees on keys first, where the connection is to be encrypted.
  void Begin() {
    if constexpr (kEncrypted) {
      ExpireAfter(Options().request_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server, buffer_.data(),
                              [self = this->shared_from_this()](error_code code, size_t used) {
                                self->buffer_.consume(used);
                                code ? self->HangUp() : self->Await();
                              });
    } else {
      Await();
    }
  }

  /// Says this instead of answering anything.
  void TurnAway(HttpResponse answer) { Write(std::move(answer), false, false, 11); }

 private:
  static constexpr bool kEncrypted = std::is_same_v<Stream, TlsStream>;

  const ServerOptions& Options() const { return seat_.shared().options; }
  void ExpireAfter(Duration patience) { beast::get_lowest_layer(stream_).expires_after(patience); }

  /// Waits for the first bytes of the next request.
  void Await() {
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(Options().max_body);
    if (buffer_.size() > 0) {
      ReadHeader();
      return;
    }
    ExpireAfter(Options().idle_timeout);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](error_code code, size_t count) {
                              self->buffer_.commit(count);
                              code ? self->Close() : self->ReadHeader();
                            });
  }

  void ReadHeader() {
    // For the whole request, so that a peer cannot hold the connection by trickling bytes.
    ExpireAfter(Options().request_timeout);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code code, size_t) { self->OnHeader(code); });
  }

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
    http::async_write(stream_, go_on_,
                      [self = this->shared_from_this()](error_code failed, size_t) {
                        if (!failed) {
                          self->ReadBody();
                        }
                      });
  }

  void ReadBody() {
    http::async_read(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code code, size_t) { self->OnRequest(code); });
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
      return seat_.shared().handler(*request);
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
    ExpireAfter(Options().request_timeout);
    http::async_write(stream_, response_,
                      [self = this->shared_from_this(), keep_alive](error_code code, size_t) {
                        if (code || !keep_alive) {
                          self->Close();
                        } else {
                          self->Await();
                        }
                      });
  }

  /// Ends the encryption, where there is any, so that the peer knows that nothing is missing.
  void Close() {
    if constexpr (kEncrypted) {
      ExpireAfter(kGoodbye);
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->HangUp(); });
    } else {
      HangUp();
    }
  }

  /// Shuts down our side and drains theirs for a moment: closing with unread bytes would reset the
  /// connection and could destroy the answer under way.
  void HangUp() {
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(Tcp::socket::shutdown_send, ignored);
    // For all of it: a byte now and then shall not keep the connection.
    ExpireAfter(std::min(kGoodbye, Options().idle_timeout));
    Drain(0);
  }

  void Drain(size_t drained) {
    constexpr size_t kMostDrained = size_t{1} << 20;
    if (drained > kMostDrained) {
      return;
    }
    buffer_.clear();
    beast::get_lowest_layer(stream_).async_read_some(
        buffer_.prepare(4096),
        [self = this->shared_from_this(), drained](error_code code, size_t count) {
          if (!code) {
            self->Drain(drained + count);
          }
        });
  }

  static constexpr Duration kGoodbye = std::chrono::seconds(1);

  Seat seat_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  http::response<http::empty_body> go_on_;
};

/// A connection that has to be encrypted, before it is: one that is not is told so.
class Threshold : public std::enable_shared_from_this<Threshold> {
 public:
  Threshold(PlainStream stream, Seat seat) : seat_(std::move(seat)), stream_(std::move(stream)) {}

  void Begin() {
    stream_.expires_after(seat_.shared().options.request_timeout);
    beast::async_detect_ssl(stream_, buffer_,
                            [self = shared_from_this()](error_code code, bool encrypted) {
                              self->Enter(code, encrypted);
                            });
  }

 private:
  void Enter(error_code code, bool encrypted) {
    if (code) {
      return;
    }
    if (encrypted) {
      const auto context = seat_.shared().options.certificates->Context();
      std::make_shared<Session<TlsStream>>(TlsStream(std::move(stream_), *context),
                                           std::move(seat_), std::move(buffer_))
          ->Begin();
      return;
    }
    std::make_shared<Session<PlainStream>>(std::move(stream_), std::move(seat_), std::move(buffer_))
        ->TurnAway(Plain(400, "this port speaks TLS: ask by https\n"));
  }

  Seat seat_;
  PlainStream stream_;
  beast::flat_buffer buffer_;
};

}  // namespace carbon::net::detail
