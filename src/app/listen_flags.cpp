// SPDX-License-Identifier: Apache-2.0
#include "app/listen_flags.h"

#include <arpa/inet.h>

#include <limits>

#include "base/text.h"
#include "net/files.h"

namespace carbon::app {
namespace {

bool IsAddress(const std::string& text) {
  in6_addr parsed{};
  return inet_pton(AF_INET, text.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

}  // namespace

void AddListenFlags(CLI::App& command, ListenFlags& flags) {
  command.add_option("--address", flags.address, "where to listen; answers are not encrypted")
      ->capture_default_str();
  command.add_option("--port", flags.port, "port to listen on; 0 = any free one")
      ->capture_default_str();
  command.add_option("--port-file", flags.port_file, "write the port to FILE once it is open")
      ->type_name("FILE");
}

Result<net::ServerOptions> ServerOptionsOf(const ListenFlags& flags) {
  if (!IsAddress(flags.address)) {
    return Invalid("--address: '" + Printable(flags.address) + "' is not an IP address");
  }
  return net::ServerOptions{.address = flags.address, .port = flags.port};
}

Result<net::ServerOptions> ParseListenAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  std::string_view address = text.substr(0, colon);
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) {
    address = address.substr(1, address.size() - 2);
  }
  const auto port =
      colon == std::string_view::npos ? std::nullopt : ParseInt(text.substr(colon + 1));
  const bool is_v6 = address.find(':') != std::string_view::npos;
  if (!port || *port < 0 || *port > std::numeric_limits<uint16_t>::max() || bracketed != is_v6 ||
      !IsAddress(std::string(address))) {
    return Invalid("'" + Printable(text) +
                   "' is not an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080");
  }
  return net::ServerOptions{.address = std::string(address), .port = static_cast<uint16_t>(*port)};
}

std::string UrlOf(const std::string& address, uint16_t port, std::string_view scheme) {
  const bool is_v6 = address.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (is_v6 ? "[" + address + "]" : address) + ":" +
         std::to_string(port);
}

Status TellPort(const ListenFlags& flags, uint16_t port) {
  if (flags.port_file.empty()) {
    return {};
  }
  const Status written = net::WriteFileAtomic(flags.port_file, std::to_string(port) + "\n");
  return written ? written : written.error().In("--port-file");
}

}  // namespace carbon::app
