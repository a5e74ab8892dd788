// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <memory>
#include <string>

namespace carbon {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

/// An authority made for one test, and certificates signed by it, valid for an hour.
class TestAuthority {
 public:
  TestAuthority() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    // Unlike names, so that a foreign authority is unknown rather than a wrong signature.
    static std::atomic<int> count{0};
    Fill(certificate_.get(), "test authority " + std::to_string(++count), key_.get());
    Extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
  }

  std::string Pem() const { return ToPem(certificate_.get()); }

  /// `names` as in OpenSSL's subjectAltName: "IP:127.0.0.1,DNS:kubernetes".
  Certificate Sign(const std::string& names) const {
    const Key key(EVP_EC_gen("P-256"));
    const Cert cert(X509_new());
    Fill(cert.get(), "test leaf", key.get());
    Extend(cert.get(), NID_subject_alt_name, names);
    X509_sign(cert.get(), key_.get(), EVP_sha256());
    return {ToPem(cert.get()), KeyPem(key.get())};
  }

 private:
  template <auto Free>
  struct Deleter {
    void operator()(auto* object) const { Free(object); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
  using Cert = std::unique_ptr<X509, Deleter<X509_free>>;
  using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

  void Fill(X509* cert, const std::string& name, EVP_PKEY* key) const {
    static std::atomic<long> serial{1};
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME* subject = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(certificate_.get()));
  }

  static void Extend(X509* cert, int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
  }

  static std::string Text(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<size_t>(size)};
  }
  static std::string ToPem(X509* cert) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), cert);
    return Text(bio.get());
  }
  static std::string KeyPem(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return Text(bio.get());
  }

  Key key_;
  Cert certificate_;
};

}  // namespace carbon
