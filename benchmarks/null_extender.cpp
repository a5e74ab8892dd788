// SPDX-License-Identifier: Apache-2.0
// A scheduler extender that answers every question with the same bytes, without reading it: what
// any extender costs that scores all nodes. Runs until it is killed.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>

#include "net/http_server.h"

int main(int argc, char** argv) {
  using carbon::net::HttpServer;
  if (argc != 3) {
    std::cerr << "usage: null_extender PORT-FILE ANSWER-FILE\n";
    return 2;
  }
  std::ifstream file(argv[2]);
  const std::string answer{std::istreambuf_iterator<char>(file), {}};
  const auto server =
      HttpServer::Start({.max_body = size_t{32} << 20}, [&](const carbon::net::ServerRequest&) {
        return carbon::net::HttpResponse{
            .status = 200, .headers = {{"content-type", "application/json"}}, .body = answer};
      });
  if (!server) {
    std::cerr << server.error().message << "\n";
    return 1;
  }
  std::ofstream(argv[1]) << (*server)->port() << "\n";
  std::this_thread::sleep_for(std::chrono::hours(1));
}
