// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "net/http.h"
#include "support/raw_server.h"

namespace carbon::net {
namespace {

void Greet(Peer& peer) {
  while (const auto request = peer.Hear()) {
    const size_t host = request->find("Host: ");
    peer.Say(Answer(200, request->substr(host, request->find("\r\n", host) - host)));
  }
}

Result<HttpResponse> Get(const RawServer& server, TlsOptions tls) {
  HttpRequest request;
  request.url = server.Url("/healthz");
  return MakeHttpClient(std::move(tls))->Send(request);
}

TEST(HttpClientTls, TrustsTheGivenAuthority) {
  const TestAuthority authority;
  const RawServer server(Greet, ServerTls{authority.Sign("IP:127.0.0.1"), ""});
  const auto response = Get(server, {.ca_pem = authority.Pem()});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "Host: 127.0.0.1:" + std::to_string(server.port()));
}

TEST(HttpClientTls, TrustsNobodyElse) {
  const TestAuthority authority;
  const TestAuthority other;
  const RawServer server(Greet, ServerTls{authority.Sign("IP:127.0.0.1"), ""});
  for (const std::string& ca_pem : {other.Pem(), std::string()}) {
    const auto response = Get(server, {.ca_pem = ca_pem});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, Error::Kind::unavailable);
    EXPECT_NE(response.error().message.find("certificate"), std::string::npos)
        << response.error().message;
  }
}

TEST(HttpClientTls, AnUnreadableAuthorityIsAnError) {
  const TestAuthority authority;
  const RawServer server(Greet, ServerTls{authority.Sign("IP:127.0.0.1"), ""});
  EXPECT_FALSE(Get(server, {.ca_pem = "not a certificate"}));
}

TEST(HttpClientTls, VerifiesTheHostsName) {
  const TestAuthority authority;
  const RawServer server(Greet, ServerTls{authority.Sign("DNS:kubernetes"), ""});
  EXPECT_FALSE(Get(server, {.ca_pem = authority.Pem()}));
}

TEST(HttpClientTls, VerifiesServerNameInsteadIfGiven) {
  const TestAuthority authority;
  const RawServer server(Greet, ServerTls{authority.Sign("DNS:kubernetes"), ""});
  const auto response = Get(server, {.ca_pem = authority.Pem(), .server_name = "kubernetes"});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "Host: 127.0.0.1:" + std::to_string(server.port()));
  EXPECT_FALSE(Get(server, {.ca_pem = authority.Pem(), .server_name = "127.0.0.1"}));
}

TEST(HttpClientTls, ShowsItsCertificate) {
  const TestAuthority authority;
  const RawServer server(Greet, ServerTls{authority.Sign("IP:127.0.0.1"), authority.Pem()});
  const Certificate client = authority.Sign("DNS:client");
  TlsOptions tls{.ca_pem = authority.Pem()};
  EXPECT_FALSE(Get(server, tls));
  tls.certificate_pem = client.certificate_pem;
  tls.key_pem = client.key_pem;
  const auto response = Get(server, tls);
  ASSERT_TRUE(response) << response.error().message;
  tls.key_pem = authority.Sign("DNS:other").key_pem;
  EXPECT_FALSE(Get(server, tls)) << "a key that does not fit the certificate";
}

}  // namespace
}  // namespace carbon::net
