// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string>

#include "kube/kubeconfig.h"

/// Whatever is accepted names a server and can be asked for again under the same words.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const carbon::kube::FileReader files = [](const std::string& path) {
    return path.ends_with("pem") ? carbon::Result<std::string>("-----BEGIN X-----")
                                 : carbon::Result<std::string>(carbon::Invalid("no file"));
  };
  const auto found = carbon::kube::ParseKubeconfig(text, "/etc/kube", "", files);
  if (!found) {
    if (found.error().kind != carbon::Error::Kind::invalid || found.error().message.empty()) {
      std::abort();
    }
    return 0;
  }
  const bool has_server =
      found->server.starts_with("http://") || found->server.starts_with("https://");
  if (!has_server || found->name_space.empty() ||
      found->tls.certificate_pem.empty() != found->tls.key_pem.empty()) {
    std::abort();
  }
  return 0;
}
