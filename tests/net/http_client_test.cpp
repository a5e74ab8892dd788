// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "net/http.h"
#include "net/http_server.h"
#include "support/gzip.h"
#include "support/raw_server.h"

namespace carbon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

HttpRequest To(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

/// Answers every request of every connection with the same bytes.
RawServer::Script Always(std::string answer) {
  return [answer = std::move(answer)](Peer& peer) {
    while (peer.Hear() && peer.Say(answer)) {
    }
  };
}

TEST(HttpClient, SendsMethodHeadersAndBody) {
  std::string seen;
  const RawServer server([&](Peer& peer) {
    seen = peer.Hear().value_or("");
    peer.Say(Answer(201, "made", "X-Kind: A\r\nx-kind: B\r\n"));
  });
  HttpRequest request = To(server.Url("/pods?dryRun=All"));
  request.method = "PATCH";
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  request.body = std::string("{\0}", 3);
  const auto response = MakeHttpClient({})->Send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "made");
  EXPECT_EQ(response->headers.at("x-kind"), "B");
  EXPECT_TRUE(seen.starts_with("PATCH /pods?dryRun=All HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Content-Type: application/json\r\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("X-Empty:"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("Expect"), std::string::npos) << seen;
  EXPECT_TRUE(seen.ends_with(std::string("\r\n\r\n{\0}", 7))) << seen;
}

TEST(HttpClient, EveryMethodWorks) {
  const auto server = HttpServer::Start({}, [](const ServerRequest& request) {
    return HttpResponse{200, {{"x-method", request.method}}, request.body};
  });
  ASSERT_TRUE(server);
  const auto client = MakeHttpClient({});
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
    for (const char* body : {"", "text"}) {
      HttpRequest request = To("http://127.0.0.1:" + std::to_string((*server)->port()) + "/");
      request.method = method;
      request.body = body;
      const auto response = client->Send(request);
      ASSERT_TRUE(response) << method << ": " << response.error().message;
      EXPECT_EQ(response->headers.at("x-method"), method);
      EXPECT_EQ(response->body, request.method == "HEAD" ? "" : body) << method;
    }
  }
}

TEST(HttpClient, KeepsItsConnection) {
  const RawServer server(Always(Answer(200, "x")));
  const auto client = MakeHttpClient({});
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(client->Send(To(server.Url("/"))));
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpClient, SurvivesAConnectionThatDiedInBetween) {
  const RawServer server([](Peer& peer) {
    peer.Hear();
    peer.Say(Answer(200, "x"));
  });
  const auto client = MakeHttpClient({});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client->Send(To(server.Url("/"))));
    std::this_thread::sleep_for(milliseconds(5));
  }
}

TEST(HttpClient, AnyStatusIsAResponseAndRedirectsStayUnfollowed) {
  const RawServer server(Always("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" +
                                Answer(302, "moved", "Location: http://127.0.0.1:1/\r\n")));
  const auto response = MakeHttpClient({})->Send(To(server.Url("/")));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->body, "moved");
  EXPECT_FALSE(response->headers.contains("x-early"));
}

TEST(HttpClient, UnpacksGzipWithinItsBound) {
  const RawServer server(
      Always(Answer(200, Gzip(std::string(1'000'000, 'z')), "Content-Encoding: gzip\r\n")));
  const auto client = MakeHttpClient({});
  EXPECT_EQ(client->Send(To(server.Url("/")))->body.size(), 1'000'000U);
  HttpRequest request = To(server.Url("/bomb?key=secret"));
  request.max_body = 999'999;
  EXPECT_EQ(client->Send(request).error(),
            Unavailable("GET " + server.Url("/bomb") + ": the answer is larger than 999999 bytes"));
}

TEST(HttpClient, BoundsPlainBodiesAndHeaders) {
  const auto client = MakeHttpClient({});
  const RawServer server(Always(Answer(200, std::string(1000, 'x'))));
  HttpRequest request = To(server.Url("/"));
  request.max_body = 1000;
  EXPECT_TRUE(client->Send(request));
  request.max_body = 999;
  EXPECT_EQ(client->Send(request).error().kind, Error::Kind::unavailable);

  const RawServer chatty([](Peer& peer) {
    peer.Hear();
    peer.Say("HTTP/1.1 200 OK\r\n");
    while (peer.Say("X: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(client->Send(To(chatty.Url("/"))).error().kind, Error::Kind::unavailable);
}

TEST(HttpClient, NamesTheRequestButNeverItsSecrets) {
  uint16_t free_port = 0;
  {
    free_port = RawServer([](Peer&) {}).port();
  }
  HttpRequest request =
      To("http://me:password@127.0.0.1:" + std::to_string(free_port) + "/v3/zones?token=secret");
  request.headers = {{"Authorization", "Bearer secret"}};
  const auto response = MakeHttpClient({})->Send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, Error::Kind::unavailable);
  const std::string& text = response.error().message;
  EXPECT_TRUE(text.starts_with("GET http://127.0.0.1:" + std::to_string(free_port) + "/v3/zones: "))
      << text;
  EXPECT_EQ(text.find("secret"), std::string::npos) << text;
  EXPECT_EQ(text.find("password"), std::string::npos) << text;
}

TEST(HttpClient, RefusesMalformedRequests) {
  const auto client = MakeHttpClient({});
  HttpRequest smuggled = To("http://127.0.0.1:1/");
  smuggled.headers = {{"X", "a\r\nY: b"}};
  EXPECT_EQ(client->Send(smuggled).error(),
            Invalid("GET http://127.0.0.1:1/: malformed header 'X'"));
  smuggled.headers = {{"X: Y", "a"}};
  EXPECT_EQ(client->Send(smuggled).error().kind, Error::Kind::invalid);
  smuggled.headers = {};
  smuggled.method = "GET /x";
  EXPECT_EQ(client->Send(smuggled).error(), Invalid("malformed HTTP method"));
  EXPECT_EQ(client->Send(To("http://[")).error(), Invalid("malformed URL"));
  EXPECT_EQ(client->Send(To("")).error(), Invalid("malformed URL"));
  EXPECT_EQ(client->Send(To("file:///etc/passwd")).error().kind, Error::Kind::invalid);
}

TEST(HttpClient, TimesOut) {
  const RawServer server([](Peer& peer) { peer.AwaitClose(); });
  HttpRequest request = To(server.Url("/"));
  request.timeout = milliseconds(50);
  const auto response = MakeHttpClient({})->Send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error(),
            (Error{Error::Kind::timeout, "GET " + server.Url("/") + ": no answer within 50ms"}));
}

TEST(HttpClient, AStopEndsItAtOnce) {
  const RawServer server([](Peer& peer) { peer.AwaitClose(); });
  std::stop_source source;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(30));
    source.request_stop();
  });
  const auto client = MakeHttpClient({});
  const auto start = steady_clock::now();
  EXPECT_EQ(client->Send(To(server.Url("/")), source.get_token()).error(),
            Unavailable("GET " + server.Url("/") + ": stopped"));
  EXPECT_FALSE(client->Send(To(server.Url("/")), source.get_token()));
  EXPECT_LT(steady_clock::now() - start, milliseconds(500));
}

TEST(HttpClient, ACutAnswerIsAnError) {
  const RawServer server([](Peer& peer) {
    peer.Hear();
    peer.Say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  const auto response = MakeHttpClient({})->Send(To(server.Url("/")));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, Error::Kind::unavailable);
}

TEST(HttpClientStream, HandsOverTheBytesAsTheyCome) {
  std::atomic<int> heard{0};
  const RawServer server([&](Peer& peer) {
    peer.Hear();
    peer.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
      peer.SayChunk("line" + std::to_string(i));
      while (heard <= i) {  // the next only once this one has arrived
        std::this_thread::yield();
      }
    }
    peer.SayChunk("");
  });
  std::string all;
  HttpRequest request = To(server.Url("/"));
  request.max_body = 1;  // bounds Send, not Stream
  const auto response = MakeHttpClient({})->Stream(request,
                                                   [&](std::string_view data) {
                                                     all += data;
                                                     ++heard;
                                                     return true;
                                                   },
                                                   {});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(all, "line0line1line2");
}

/// Streams chunks without end.
void Flood(Peer& peer) {
  peer.Hear();
  peer.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  while (peer.SayChunk("x")) {
    std::this_thread::sleep_for(milliseconds(1));
  }
}

TEST(HttpClientStream, EndsWhenTheCallerHasEnough) {
  const RawServer server(Flood);
  int count = 0;
  const auto response = MakeHttpClient({})->Stream(
      To(server.Url("/")), [&](std::string_view) { return ++count < 5; }, {});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(count, 5);
}

TEST(HttpClientStream, EndsOnAStop) {
  const RawServer server(Flood);
  std::stop_source source;
  const auto response = MakeHttpClient({})->Stream(
      To(server.Url("/")),
      [&](std::string_view) {
        source.request_stop();
        return true;
      },
      source.get_token());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error(), Unavailable("GET " + server.Url("/") + ": stopped"));
}

TEST(HttpClientStream, TimesOutOnSilenceOnly) {
  const RawServer server([](Peer& peer) {
    peer.Hear();
    peer.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 8; ++i) {
      std::this_thread::sleep_for(milliseconds(30));
      peer.SayChunk("x");
    }
    peer.AwaitClose();
  });
  HttpRequest request = To(server.Url("/"));
  request.timeout = milliseconds(150);
  std::string all;
  const auto response = MakeHttpClient({})->Stream(request,
                                                   [&](std::string_view data) {
                                                     all += data;
                                                     return true;
                                                   },
                                                   {});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, Error::Kind::timeout);
  EXPECT_EQ(all, "xxxxxxxx");  // although they took longer than the timeout in all
}

TEST(HttpClientStream, AnotherStatusComesWithItsBody) {
  const RawServer server(Always(Answer(403, "no")));
  const auto response =
      MakeHttpClient({})->Stream(To(server.Url("/")), [](std::string_view) { return false; }, {});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 403);
  EXPECT_EQ(response->body, "no");
}

TEST(HttpClientStream, TheClientIsUsableAfterwards) {
  const RawServer server([](Peer& peer) {
    const auto request = peer.Hear();
    if (request && request->starts_with("GET /watch")) {
      peer.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      peer.SayChunk("x");
      peer.AwaitClose();
    } else {
      peer.Say(Answer(200, "plain"));
    }
  });
  const auto client = MakeHttpClient({});
  ASSERT_TRUE(client->Stream(To(server.Url("/watch")), [](std::string_view) { return false; }, {}));
  EXPECT_EQ(client->Send(To(server.Url("/")))->body, "plain");
}

}  // namespace
}  // namespace carbon::net
