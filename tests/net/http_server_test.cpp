// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "support/socket.h"

namespace carbon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Answers with what it was asked.
HttpResponse Echo(const ServerRequest& request) {
  std::string text = request.method + " " + request.path;
  for (const auto& [name, value] : request.query) {
    text += " " + name + "=" + value;
  }
  return {200, {{"X-Seen", "yes"}}, text + " " + request.body};
}

std::unique_ptr<HttpServer> Serve(Handler handler = Echo, ServerOptions options = {}) {
  auto server = HttpServer::Start(options, std::move(handler));
  EXPECT_TRUE(server);
  return std::move(*server);
}

/// One answer with its body of `size` bytes.
std::string HearAnswer(Socket& socket, size_t size) {
  std::string header = socket.HearUntil("\r\n\r\n");
  return header + socket.Hear(size);
}

TEST(HttpServer, AnswersWithALengthAndKeepsTheConnection) {
  const auto server = Serve();
  Socket socket(server->port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(
        socket.Say("POST /a%20b?x=1&y=a+b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"));
    const std::string want = "POST /a b x=1 y=a b hi";
    const std::string got = HearAnswer(socket, want.size());
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
    EXPECT_TRUE(got.ends_with("\r\n\r\n" + want)) << got;
    EXPECT_NE(got.find("Content-Length: 22\r\n"), std::string::npos) << got;
    EXPECT_NE(got.find("X-Seen: yes\r\n"), std::string::npos) << got;
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  const auto server = Serve();
  Socket socket(server->port());
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  ASSERT_TRUE(socket.Say(many));
  for (int i = 0; i < 20; ++i) {
    const std::string want = "GET /" + std::to_string(i) + " ";
    EXPECT_TRUE(HearAnswer(socket, want.size()).ends_with(want)) << i;
  }
}

TEST(HttpServer, HangsUpWhereAskedTo) {
  const auto server = Serve();
  Socket close(server->port());
  close.Say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(close.HearAll().ends_with("GET / "));
  Socket old(server->port());
  old.Say("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.HearAll().ends_with("GET / "));
}

TEST(HttpServer, HeadAndNoContentHaveNoBody) {
  const auto server = Serve([](const ServerRequest& request) {
    return HttpResponse{request.path == "/none" ? 204 : 200, {}, "body"};
  });
  Socket socket(server->port());
  socket.Say(
      "HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET /none HTTP/1.1\r\nHost: h\r\nConnection: "
      "close\r\n\r\n");
  const std::string head = socket.HearUntil("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 4\r\n"), std::string::npos);
  const std::string none = socket.HearAll();
  EXPECT_TRUE(none.starts_with("HTTP/1.1 204")) << none;
  EXPECT_TRUE(none.ends_with("\r\n\r\n")) << none;
}

TEST(HttpServer, ContinuesWhereTheClientWaits) {
  const auto server = Serve();
  Socket socket(server->port());
  socket.Say("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(socket.HearUntil("\r\n\r\n").starts_with("HTTP/1.1 100"));
  socket.Say("ok");
  EXPECT_TRUE(HearAnswer(socket, 9).ends_with("POST / ok"));
}

TEST(HttpServer, RefusesWhatIsTooLargeOrMalformed) {
  ServerOptions options;
  options.max_body = 100;
  const auto server = Serve(Echo, options);
  const std::pair<std::string, const char*> cases[] = {
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n", "HTTP/1.1 413"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
           std::string(101, 'x') + "\r\n0\r\n\r\n",
       "HTTP/1.1 413"},
      {"GET / HTTP/1.1\r\nX: " + std::string(40000, 'x') + "\r\n\r\n", "HTTP/1.1 431"},
      {"nonsense\r\n\r\n", "HTTP/1.1 400"},
      {"GET /%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"},
      {"GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"},
  };
  for (const auto& [request, want] : cases) {
    Socket socket(server->port());
    socket.Say(request);
    const std::string got = socket.HearAll();
    EXPECT_TRUE(got.starts_with(want)) << request.substr(0, 60) << " -> " << got;
  }
}

TEST(HttpServer, AHandlerCannotBreakTheFraming) {
  const auto server = Serve([](const ServerRequest&) {
    return HttpResponse{
        200,
        {{"content-length", "999"}, {"Transfer-Encoding", "chunked"}, {"x", "a\r\nevil: 1"}},
        "ok"};
  });
  Socket socket(server->port());
  socket.Say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string got = HearAnswer(socket, 2);
  EXPECT_NE(got.find("Content-Length: 2\r\n"), std::string::npos) << got;
  EXPECT_EQ(got.find("evil"), std::string::npos) << got;
  EXPECT_EQ(got.find("chunked"), std::string::npos) << got;
}

TEST(HttpServer, SurvivesAThrowingHandler) {
  const auto server = Serve([](const ServerRequest& request) -> HttpResponse {
    if (request.path == "/bad") {
      throw std::runtime_error("secret detail");
    }
    return {200, {}, "fine"};
  });
  Socket socket(server->port());
  socket.Say(
      "GET /bad HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string got = socket.HearAll();
  EXPECT_TRUE(got.starts_with("HTTP/1.1 500")) << got;
  EXPECT_EQ(got.find("secret"), std::string::npos) << got;
  EXPECT_TRUE(got.ends_with("fine")) << got;
}

TEST(HttpServer, ClosesSlowAndIdleConnections) {
  ServerOptions options;
  options.idle_timeout = milliseconds(200);
  options.request_timeout = milliseconds(200);
  const auto server = Serve(Echo, options);
  Socket idle(server->port());
  Socket slow(server->port());
  const auto start = steady_clock::now();
  // A byte now and then does not keep a request alive.
  for (int i = 0; i < 40 && slow.Say("G"); ++i) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_TRUE(slow.Closed());
  EXPECT_TRUE(idle.Closed());
  EXPECT_GE(steady_clock::now() - start, milliseconds(200));
  Socket fresh(server->port());
  fresh.Say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(fresh.HearAll().ends_with("GET / "));
}

TEST(HttpServer, GivesARequestLessTimeThanAnIdleConnection) {
  ServerOptions options;
  options.request_timeout = milliseconds(200);
  const auto server = Serve(Echo, options);
  Socket idle(server->port());
  Socket half(server->port());
  half.Say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhal");
  EXPECT_TRUE(half.Closed());
  idle.Say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(idle.HearAll().ends_with("GET / "));
}

TEST(HttpServer, CapsTheNumberOfConnections) {
  ServerOptions options;
  options.max_connections = 2;
  const auto server = Serve(Echo, options);
  {
    Socket first(server->port());
    Socket second(server->port());
    for (Socket* socket : {&first, &second}) {
      socket->Say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      EXPECT_TRUE(HearAnswer(*socket, 6).ends_with("GET / "));
    }
    Socket third(server->port());
    EXPECT_TRUE(third.Closed());
  }
  // The two are gone: there is room again, as soon as the server has seen that.
  for (int attempt = 0; attempt < 100; ++attempt) {
    Socket later(server->port());
    later.Say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    if (later.HearAll().ends_with("GET / ")) {
      return;
    }
    std::this_thread::sleep_for(milliseconds(10));
  }
  FAIL() << "closed connections still count";
}

TEST(HttpServer, StopsWithConnectionsOpen) {
  auto server = Serve();
  Socket idle(server->port());
  Socket half(server->port());
  half.Say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhal");
  Socket answered(server->port());
  answered.Say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  HearAnswer(answered, 6);
  const auto start = steady_clock::now();
  server.reset();
  EXPECT_LT(steady_clock::now() - start, milliseconds(500));
  EXPECT_TRUE(idle.Closed());
  EXPECT_TRUE(half.Closed());
  EXPECT_TRUE(answered.Closed());
}

TEST(HttpServer, SaysWhyItCannotListen) {
  const auto server = Serve();
  ServerOptions options;
  options.port = server->port();
  const auto second = HttpServer::Start(options, Echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), Unavailable("cannot listen on 127.0.0.1:" +
                                        std::to_string(options.port) + ": Address already in use"));
  options.address = "somewhere";
  EXPECT_EQ(HttpServer::Start(options, Echo).error().message,
            "cannot listen on somewhere:" + std::to_string(options.port) + ": Invalid argument");
}

TEST(ParseTarget, SplitsAndDecodes) {
  const auto request = ParseTarget("/v3/a%2Fb%20+c?zone=DE&zone=FR&q=a+b%2B&flag&=lost&e=");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->path, "/v3/a/b +c");
  const std::map<std::string, std::string> want = {
      {"zone", "FR"}, {"q", "a b+"}, {"flag", ""}, {"e", ""}};
  EXPECT_EQ(request->query, want);
  std::string all;
  for (const Parameter& parameter : request->parameters) {
    all += parameter.name + "=" + parameter.value + ";";
  }
  EXPECT_EQ(all, "zone=DE;zone=FR;q=a b+;flag=;e=;") << "in order, and none is lost";
  EXPECT_EQ(ParseTarget("/?")->path, "/");
}

TEST(ParseTarget, RefusesTheRest) {
  for (const char* target : {"", "x", "http://h/", "*", "/%", "/%2", "/%zz", "/?a=%0", "/?%g0=1",
                             "/%00", "/a b", "/a\nb"}) {
    EXPECT_FALSE(ParseTarget(target)) << target;
  }
  EXPECT_FALSE(ParseTarget(std::string_view("/\0", 2)));
  EXPECT_TRUE(ParseTarget("/" + std::string(8191, 'a')));
  EXPECT_FALSE(ParseTarget("/" + std::string(8192, 'a')));
}

}  // namespace
}  // namespace carbon::net
