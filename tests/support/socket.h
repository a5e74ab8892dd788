// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace carbon {

inline sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A blocking client socket that says bytes and listens for at most 5 s.
class Socket {
 public:
  explicit Socket(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const sockaddr_in address = Loopback(port);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(fd_); }

  bool connected() const { return connected_; }

  bool Say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t put = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (put <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }

  /// Everything up to and with `end`; what came where the peer hung up before.
  std::string HearUntil(std::string_view end) {
    while (true) {
      const size_t at = heard_.find(end);
      if (at != std::string::npos || !More()) {
        const size_t size = at == std::string::npos ? heard_.size() : at + end.size();
        std::string out = heard_.substr(0, size);
        heard_.erase(0, size);
        return out;
      }
    }
  }

  /// Exactly `size` bytes; fewer where the peer hung up before.
  std::string Hear(size_t size) {
    while (heard_.size() < size && More()) {
    }
    std::string out = heard_.substr(0, size);
    heard_.erase(0, size);
    return out;
  }

  std::string HearAll() {
    while (More()) {
    }
    return std::exchange(heard_, {});
  }

  /// True once the peer has hung up and all it said was heard.
  bool Closed() {
    if (!closed_) {
      More();
    }
    return closed_;
  }

 private:
  bool More() {
    std::array<char, 65536> block{};
    const ssize_t got = ::recv(fd_, block.data(), block.size(), 0);
    if (got > 0) {
      heard_.append(block.data(), static_cast<size_t>(got));
      return true;
    }
    closed_ = got == 0 || errno == ECONNRESET;
    return false;
  }

  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string heard_;
};

}  // namespace carbon
