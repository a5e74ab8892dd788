// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/certs.h"
#include "support/socket.h"

namespace carbon {

/// One accepted connection of a RawServer: plain or TLS.
class Peer {
 public:
  Peer(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}

  bool Say(std::string_view text) {
    while (!text.empty()) {
      const auto put = ssl_ != nullptr ? SSL_write(ssl_, text.data(), static_cast<int>(text.size()))
                                       : ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (put <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }

  /// One piece of a chunked body.
  bool SayChunk(std::string_view text) {
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", text.size());
    return Say(std::string(size.data()) + std::string(text) + "\r\n");
  }

  /// A whole request, header and body; nothing when the client has hung up.
  std::optional<std::string> Hear() {
    while (true) {
      const size_t end = heard_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const size_t size = end + 4 + BodySize(heard_.substr(0, end));
        if (heard_.size() >= size) {
          std::string request = heard_.substr(0, size);
          heard_.erase(0, size);
          return request;
        }
      }
      if (!More()) {
        return std::nullopt;
      }
    }
  }

  /// Returns when the client hangs up (or the server stops).
  void AwaitClose() {
    while (More()) {
    }
  }

 private:
  static size_t BodySize(const std::string& header) {
    constexpr std::string_view kName = "Content-Length: ";
    const size_t at = header.find(kName);
    return at == std::string::npos ? 0 : std::stoul(header.substr(at + kName.size()));
  }

  bool More() {
    std::array<char, 65536> block{};
    const auto got = ssl_ != nullptr ? SSL_read(ssl_, block.data(), static_cast<int>(block.size()))
                                     : ::recv(fd_, block.data(), block.size(), 0);
    if (got <= 0) {
      return false;
    }
    heard_.append(block.data(), static_cast<size_t>(got));
    return true;
  }

  int fd_;
  SSL* ssl_;
  std::string heard_;
};

struct ServerTls {
  Certificate identity;
  std::string client_ca_pem;  ///< a client certificate is asked for and required, if not empty
};

/// A server on a free port of 127.0.0.1 that does to each connection, on a thread of its own, what
/// the test says; then hangs up. For what a well-behaved server never does.
class RawServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit RawServer(Script script, std::optional<ServerTls> tls = {})
      : script_(std::move(script)),
        tls_(std::move(tls)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_, 64);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) {
        ::shutdown(fd, SHUT_RDWR);
      }
    }
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  uint16_t port() const { return port_; }
  std::string Url(std::string_view path) const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) +
           std::string(path);
  }
  int accepted() const { return accepted_; }

 private:
  void Accept() {
    while (true) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0 || stopping_) {
        if (fd >= 0) {
          ::close(fd);
        }
        return;
      }
      ++accepted_;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const std::lock_guard lock(mutex_);
      open_.insert(fd);
      threads_.emplace_back([this, fd] { Serve(fd); });
    }
  }

  void Serve(int fd) {
    if (tls_) {
      ServeTls(fd);
    } else {
      Peer peer(fd, nullptr);
      script_(peer);
    }
    const std::lock_guard lock(mutex_);
    open_.erase(fd);
    ::close(fd);
  }

  void ServeTls(int fd) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    BIO* cert = BIO_new_mem_buf(tls_->identity.certificate_pem.data(), -1);
    BIO* key = BIO_new_mem_buf(tls_->identity.key_pem.data(), -1);
    X509* x509 = PEM_read_bio_X509(cert, nullptr, nullptr, nullptr);
    EVP_PKEY* pkey = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context, x509);
    SSL_CTX_use_PrivateKey(context, pkey);
    if (!tls_->client_ca_pem.empty()) {
      BIO* bio = BIO_new_mem_buf(tls_->client_ca_pem.data(), -1);
      X509* ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
      X509_free(ca);
      BIO_free(bio);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
      Peer peer(fd, ssl);
      script_(peer);
      SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    X509_free(x509);
    EVP_PKEY_free(pkey);
    BIO_free(cert);
    BIO_free(key);
  }

  const Script script_;
  const std::optional<ServerTls> tls_;
  const int listener_;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A whole answer with its length.
inline std::string Answer(int status, std::string_view body, std::string_view headers = "") {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
         "\r\n" + std::string(body);
}

}  // namespace carbon
