// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming)
}

namespace carbon::net {

/// Paths of PEM files, as a Secret is mounted.
struct CertificateFiles {
  std::string certificate;  ///< what the server shows, with its chain
  std::string private_key;  ///< its key, not encrypted
  std::string client_ca;    ///< who signs what clients have to show
};

/// What a server shows and whom it lets in: TLS 1.2 or newer, and only clients that show a
/// certificate of `client_ca`'s. Files may be replaced while the server runs, as the kubelet and
/// cert-manager do: Refresh() takes them in for the connections to come. Thread-safe.
class ServerCertificates {
 public:
  /// Invalid, with the file and what is wrong with it.
  static Result<std::shared_ptr<ServerCertificates>> Load(CertificateFiles files);

  /// Reads the files again. True where they have changed and hold from now on; an error where they
  /// cannot be used: what was read before goes on to hold.
  Result<bool> Refresh();

  std::shared_ptr<boost::asio::ssl::context> Context() const;

 private:
  struct Texts {
    std::string certificate;
    std::string private_key;
    std::string client_ca;
    bool operator==(const Texts&) const = default;
  };

  explicit ServerCertificates(CertificateFiles files) : files_(std::move(files)) {}
  Result<Texts> Read() const;
  Result<std::shared_ptr<boost::asio::ssl::context>> ContextOf(const Texts& texts) const;

  const CertificateFiles files_;
  Texts texts_;  ///< that context_ is made of; touched by Load() and Refresh() only
  std::mutex refreshing_;
  mutable std::mutex handing_;  ///< guards context_
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace carbon::net
