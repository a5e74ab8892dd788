// SPDX-License-Identifier: Apache-2.0
#include "feeds/secrets.h"

#include <openssl/evp.h>

#include <algorithm>

#include "net/http.h"

namespace carbon::feeds {
namespace {

constexpr std::string_view kMasked = "***";

/// As JSON strings hold it; some servers write a slash as "\/", others as it is.
std::string JsonEscaped(std::string_view text, std::string_view escaped) {
  std::string out;
  for (const char c : text) {
    if (escaped.find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::vector<unsigned char> out(4 * (bytes.size() / 3 + 1) + 1);
  const int length =
      EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  return {out.begin(), out.begin() + length};
}

void Secrets::Add(std::string_view secret) {
  if (secret.empty()) {
    return;
  }
  std::vector<std::string> raw = {std::string(secret), EncodeBase64(secret)};
  const size_t colon = secret.find(':');
  if (colon != std::string_view::npos && colon + 1 < secret.size()) {
    raw.emplace_back(secret.substr(colon + 1));
  }
  for (const std::string& form : raw) {
    forms_.insert(forms_.end(), {form, net::UrlEncode(form), JsonEscaped(form, "\"\\"),
                                 JsonEscaped(form, "\"\\/")});
  }
  std::sort(forms_.begin(), forms_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
}

bool Secrets::In(std::string_view text) const {
  return std::any_of(forms_.begin(), forms_.end(), [&](const std::string& form) {
    return text.find(form) != std::string_view::npos;
  });
}

std::string Secrets::Mask(std::string text) const {
  for (const std::string& form : forms_) {
    for (size_t at = text.find(form); at != std::string::npos; at = text.find(form, at)) {
      text.replace(at, form.size(), kMasked);
      at += kMasked.size();
    }
  }
  return text;
}

}  // namespace carbon::feeds
