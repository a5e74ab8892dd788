// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carbon::feeds {

/// RFC 4648's standard alphabet with padding: for Basic authentication.
std::string EncodeBase64(std::string_view bytes);

/// Keeps secrets out of messages, in every form in which a request may carry them or an answer may
/// echo them: as they are, in a URL, in a JSON string, in Base64. Of "user:password" the password
/// is a secret too. A value.
class Secrets {
 public:
  /// Empty is no secret.
  explicit Secrets(std::string_view secret) { Add(secret); }
  void Add(std::string_view secret);

  bool In(std::string_view text) const;
  /// The text with *** for each secret.
  std::string Mask(std::string text) const;

 private:
  std::vector<std::string> forms_;  ///< longest first, so that no rest of one is left
};

}  // namespace carbon::feeds
