// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/http_server.h"
#include "net/server_certificates.h"
#include "support/certs.h"
#include "support/socket.h"
#include "support/temp_dir.h"

namespace carbon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpResponse Echo(const ServerRequest& request) {
  return {200, {}, request.path + " " + std::to_string(request.body.size())};
}

class HttpsServerTest : public testing::Test {
 protected:
  void Show(const TestAuthority& authority, const TestAuthority& clients) const {
    const Certificate own = authority.Sign("IP:127.0.0.1");
    folder_.Write("tls.crt", own.certificate_pem);
    folder_.Write("tls.key", own.key_pem);
    folder_.Write("ca.crt", clients.Pem());
  }
  CertificateFiles Files() const {
    return {.certificate = folder_.Path("tls.crt"),
            .private_key = folder_.Path("tls.key"),
            .client_ca = folder_.Path("ca.crt")};
  }
  std::unique_ptr<HttpServer> Serve(ServerOptions options = {}) {
    Show(authority_, authority_);
    auto certificates = ServerCertificates::Load(Files());
    EXPECT_TRUE(certificates) << certificates.error().message;
    certificates_ = *certificates;
    options.certificates = certificates_;
    auto server = HttpServer::Start(options, Echo);
    EXPECT_TRUE(server);
    return std::move(*server);
  }
  static TlsOptions Client(const TestAuthority& trusted, const TestAuthority& own) {
    const Certificate shown = own.Sign("DNS:scheduler");
    return {.ca_pem = trusted.Pem(),
            .certificate_pem = shown.certificate_pem,
            .key_pem = shown.key_pem,
            .server_name = {}};
  }
  static Result<HttpResponse> Ask(const HttpServer& server, TlsOptions tls,
                                  std::string body = "hello") {
    return MakeHttpClient(std::move(tls))
        ->Send({.method = "POST",
                .url = "https://127.0.0.1:" + std::to_string(server.port()) + "/a",
                .headers = {},
                .body = std::move(body)});
  }

  const TempDir folder_;
  const TestAuthority authority_;
  std::shared_ptr<ServerCertificates> certificates_;
};

TEST_F(HttpsServerTest, AnswersWhoShowsACertificateOfTheAuthority) {
  const auto server = Serve({.max_body = size_t{8} << 20});
  for (const size_t size : {size_t{0}, size_t{5}, size_t{1} << 20}) {
    const auto answer = Ask(*server, Client(authority_, authority_), std::string(size, 'x'));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "/a " + std::to_string(size));
  }
}

TEST_F(HttpsServerTest, KeepsTheConnection) {
  const auto server = Serve({.max_connections = 1});
  const auto client = MakeHttpClient(Client(authority_, authority_));
  for (int i = 0; i < 3; ++i) {
    const auto answer =
        client->Send({.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/again"});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "/again 0");
  }
}

TEST_F(HttpsServerTest, RefusesWhoShowsNoneOrAForeignOne) {
  const auto server = Serve();
  const TestAuthority foreign;
  EXPECT_FALSE(Ask(*server, {.ca_pem = authority_.Pem()}));
  EXPECT_FALSE(Ask(*server, Client(authority_, foreign)));
  EXPECT_TRUE(Ask(*server, Client(authority_, authority_))) << "and goes on";
}

TEST_F(HttpsServerTest, TellsWhoSpeaksPlainHttp) {
  const auto server = Serve();
  Socket plain(server->port());
  plain.Say("POST /prioritize HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");
  const std::string got = plain.HearAll();
  EXPECT_THAT(got, StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(got, EndsWith("this port speaks TLS: ask by https\n"));
}

TEST_F(HttpsServerTest, WhoTricklesAfterTheAnswerIsHungUpOn) {
  const auto server = Serve();
  Socket plain(server->port());
  plain.Say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(plain.HearUntil("https\n"), StartsWith("HTTP/1.1 400"));
  const auto start = steady_clock::now();
  while (plain.Say("x") && steady_clock::now() - start < std::chrono::seconds(4)) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(3));
}

TEST_F(HttpsServerTest, BoundsTheBody) {
  const auto server = Serve({.max_body = 1000});
  const auto answer = Ask(*server, Client(authority_, authority_), std::string(1001, 'x'));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpsServerTest, ClosesWhoDoesNotFinishItsGreeting) {
  const auto server = Serve({.request_timeout = milliseconds(200)});
  const auto start = steady_clock::now();
  Socket silent(server->port());
  Socket trickling(server->port());
  // The beginning of a greeting of 512 bytes, and then byte by byte.
  trickling.Say(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  for (int i = 0; i < 60 && trickling.Say("x"); ++i) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  trickling.HearAll();
  EXPECT_TRUE(trickling.Closed());
  EXPECT_TRUE(silent.Closed());
  EXPECT_GE(steady_clock::now() - start, milliseconds(200));
  Socket garbage(server->port());
  garbage.Say("\x16\x03\x01" + std::string(500, '\xff'));
  garbage.HearAll();
  EXPECT_TRUE(garbage.Closed());
  EXPECT_TRUE(Ask(*server, Client(authority_, authority_))) << "others are served";
}

TEST_F(HttpsServerTest, TakesReplacedFilesInAndKeepsTheOldOnesWhereTheyAreBroken) {
  const auto server = Serve();
  const TestAuthority next;
  EXPECT_FALSE(*certificates_->Refresh()) << "nothing has changed";
  folder_.Write("tls.crt", "-----BEGIN");
  const auto broken = certificates_->Refresh();
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("tls.crt"));
  EXPECT_TRUE(Ask(*server, Client(authority_, authority_)));
  Show(next, next);
  EXPECT_TRUE(*certificates_->Refresh());
  EXPECT_FALSE(Ask(*server, Client(authority_, authority_)));
  EXPECT_TRUE(Ask(*server, Client(next, next)));
}

TEST_F(HttpsServerTest, AFileThatCannotBeUsedIsNamed) {
  const auto expect = [&](const char* file, const char* why) {
    const auto loaded = ServerCertificates::Load(Files());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, Error::Kind::invalid);
    EXPECT_THAT(loaded.error().message, HasSubstr(file));
    EXPECT_THAT(loaded.error().message, HasSubstr(why));
  };
  expect("tls.crt", "No such file");
  Show(authority_, authority_);
  folder_.Write("tls.key", authority_.Sign("IP:127.0.0.1").key_pem);
  expect("tls.key", "does not fit the certificate: key values mismatch");
  folder_.Write("tls.key", "no key");
  expect("tls.key", "is not a private key in PEM");
  Show(authority_, authority_);
  folder_.Write("tls.crt", "no certificate");
  expect("tls.crt", "is not a certificate in PEM");
  Show(authority_, authority_);
  folder_.Write("ca.crt", "");
  expect("ca.crt", "is not a certificate in PEM");
}

}  // namespace
}  // namespace carbon::net
