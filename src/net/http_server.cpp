// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <thread>
#include <utility>

#include "base/text.h"
#include "net/http_session.h"

namespace carbon::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using detail::PlainStream;
using detail::Seat;
using detail::Session;
using detail::Shared;
using detail::Tcp;
using detail::Threshold;

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
        Greet(beast::tcp_stream(std::move(socket)));
      }
      Accept();
    });
  }

  void Greet(beast::tcp_stream stream) {
    if (shared_.options.certificates) {
      std::make_shared<Threshold>(std::move(stream), Seat(shared_))->Begin();
    } else {
      std::make_shared<Session<PlainStream>>(std::move(stream), Seat(shared_), beast::flat_buffer())
          ->Begin();
    }
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
