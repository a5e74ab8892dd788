// SPDX-License-Identifier: Apache-2.0
#include "net/server_certificates.h"

// See http_server.cpp.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK

#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "net/files.h"

namespace carbon::net {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr size_t kMostBytes = size_t{1} << 20;

Error Unusable(const std::string& file, std::string_view why, const error_code& code) {
  return Invalid(file + " " + std::string(why) + ": " + code.message());
}

constexpr std::string_view kNoCertificate = "is not a certificate in PEM";

std::string_view WhatIsWrongWithAKey(const error_code& code) {
  const bool unlike =
      ERR_GET_REASON(static_cast<unsigned long>(code.value())) == X509_R_KEY_VALUES_MISMATCH;
  return unlike ? "does not fit the certificate"
                : "is not a private key in PEM, without a password";
}

/// Connections are few and stay: sessions to be resumed would only outlive their certificates.
void KeepNoSessions(ssl::context& context) {
  SSL_CTX_set_session_cache_mode(context.native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_TICKET);
}

}  // namespace

Result<std::shared_ptr<ServerCertificates>> ServerCertificates::Load(CertificateFiles files) {
  const std::shared_ptr<ServerCertificates> loaded(new ServerCertificates(std::move(files)));
  const auto refreshed = loaded->Refresh();
  if (!refreshed) {
    return refreshed.error();
  }
  return loaded;
}

Result<bool> ServerCertificates::Refresh() {
  const std::lock_guard lock(refreshing_);
  auto texts = Read();
  if (!texts) {
    return texts.error();
  }
  if (*texts == texts_) {
    return false;
  }
  auto context = ContextOf(*texts);
  if (!context) {
    return context.error();
  }
  texts_ = *std::move(texts);
  const std::lock_guard handing(handing_);
  context_ = *std::move(context);
  return true;
}

std::shared_ptr<ssl::context> ServerCertificates::Context() const {
  const std::lock_guard lock(handing_);
  return context_;
}

Result<ServerCertificates::Texts> ServerCertificates::Read() const {
  Texts texts;
  for (const auto& [file, text] : {std::pair(&files_.certificate, &texts.certificate),
                                   {&files_.private_key, &texts.private_key},
                                   {&files_.client_ca, &texts.client_ca}}) {
    auto read = ReadFile(*file, kMostBytes);
    if (!read) {
      return read.error();
    }
    *text = *std::move(read);
  }
  return texts;
}

Result<std::shared_ptr<ssl::context>> ServerCertificates::ContextOf(const Texts& texts) const {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  error_code code;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                           ssl::context::no_tlsv1_1 | ssl::context::no_sslv3,
                       code);
  KeepNoSessions(*context);
  // OpenSSL would ask at the terminal.
  context->set_password_callback([](size_t, auto) { return std::string(); }, code);
  context->use_certificate_chain(asio::buffer(texts.certificate), code);
  if (code) {
    return Unusable(files_.certificate, kNoCertificate, code);
  }
  context->use_private_key(asio::buffer(texts.private_key), ssl::context::pem, code);
  if (code) {
    return Unusable(files_.private_key, WhatIsWrongWithAKey(code), code);
  }
  context->add_certificate_authority(asio::buffer(texts.client_ca), code);
  if (code) {
    return Unusable(files_.client_ca, kNoCertificate, code);
  }
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, code);
  return context;
}

}  // namespace carbon::net
