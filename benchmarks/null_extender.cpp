// SPDX-License-Identifier: Apache-2.0
// A scheduler extender that answers every question with an empty list, without reading it: what any
// extender costs. Writes its port to the file named by its argument and runs until it is killed.
#include <fstream>
#include <iostream>
#include <thread>

#include "net/http_server.h"

int main(int argc, char** argv) {
  using carbon::net::HttpServer;
  const auto server =
      HttpServer::Start({.max_body = size_t{32} << 20}, [](const carbon::net::ServerRequest&) {
        return carbon::net::HttpResponse{
            .status = 200, .headers = {{"content-type", "application/json"}}, .body = "[]"};
      });
  if (argc != 2 || !server) {
    std::cerr << (server ? "usage: null_extender PORT-FILE" : server.error().message) << "\n";
    return 2;
  }
  std::ofstream(argv[1]) << (*server)->port() << "\n";
  std::this_thread::sleep_for(std::chrono::hours(1));
}
