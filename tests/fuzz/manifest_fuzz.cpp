// SPDX-License-Identifier: Apache-2.0
#include "app/manifest.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void CheckPod(const carbon::workloads::PodView& pod) {
  Require(!pod.name.empty() && !pod.ns.empty());
  Require(std::isfinite(pod.cpu_cores) && pod.cpu_cores >= 0);
  Require(std::isfinite(pod.memory_bytes) && pod.memory_bytes >= 0);
  const carbon::Time now = *carbon::ParseTime("2021-07-01T00:00:00Z");
  const auto wish = carbon::workloads::ReadWish(pod, now, {});
  Require(wish ? wish->length.mean > carbon::Duration::zero() : !wish.error().message.empty());
}

}  // namespace

/// Whatever is accepted holds pods that can be planned; all else is one line that names the file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto pods = carbon::app::ParseManifest(text, "a.yaml");
  if (!pods) {
    const carbon::Error& error = pods.error();
    Require(error.kind == carbon::Error::Kind::invalid && error.message.starts_with("a.yaml:"));
    Require(error.message.find('\n') == std::string::npos);
    return 0;
  }
  Require(!pods->empty());
  for (const carbon::app::ManifestPod& read : *pods) {
    CheckPod(read.pod);
  }
  return 0;
}
