// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_server.h"

namespace carbon::app {

/// Where a command listens.
struct ListenFlags {
  std::string address = "127.0.0.1";
  uint16_t port = 0;
  std::string port_file;
};

/// Adds --address, --port and --port-file.
void AddListenFlags(CLI::App& command, ListenFlags& flags);

/// Invalid where --address is not an IP address.
Result<net::ServerOptions> ServerOptionsOf(const ListenFlags& flags);

/// "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0"; invalid where it is something else.
Result<net::ServerOptions> ParseListenAddress(std::string_view text);

/// "http://127.0.0.1:8085", "http://[::1]:8085".
std::string UrlOf(const std::string& address, uint16_t port, std::string_view scheme = "http");

/// Writes the port to --port-file, if there is one.
Status TellPort(const ListenFlags& flags, uint16_t port);

}  // namespace carbon::app
