// SPDX-License-Identifier: Apache-2.0
#include "capi/carbon_kube.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "workloads/node_ranker.h"

struct carbon_ranker {
  carbon::workloads::NodeRanker ranker;
};

namespace {

using carbon::Invalid;
using carbon::Result;
using carbon::Status;
namespace workloads = carbon::workloads;

constexpr size_t kLongestName = 253;
// Beyond these nothing that a cluster holds can be; what is computed from them stays finite.
constexpr int64_t kMostMillicores = int64_t{1} << 40;
constexpr int64_t kMostBytes = int64_t{1} << 60;
constexpr int64_t kLongestRun = int64_t{100} * 366 * 86'400'000;

void Write(std::string_view text, char* out, size_t size) {
  if (out != nullptr && size > 0) {
    const size_t length = std::min(text.size(), size - 1);
    std::memcpy(out, text.data(), length);
    out[length] = '\0';
  }
}

/// Runs `work`, which returns a Status; keeps exceptions inside.
template <typename Work>
carbon_status Guarded(char* error, size_t error_size, Work work) noexcept {
  try {
    const Status done = work();
    Write(done ? "" : done.error().message, error, error_size);
    return done ? CARBON_OK : CARBON_INVALID;
  } catch (const std::exception& exception) {
    Write(exception.what(), error, error_size);
  } catch (...) {
    Write("a fault of unknown kind", error, error_size);
  }
  return CARBON_FAILED;
}

std::string_view View(carbon_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

Status CheckName(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) {
    return Invalid("a node's name has 1 to 253 bytes, not " + std::to_string(name.size()));
  }
  return {};
}

Status CheckLabels(const workloads::NodeLabels& labels) {
  for (const std::string_view label : {labels.region, labels.instance_type, labels.zone}) {
    if (label.size() > kLongestName) {
      return Invalid("a label has at most 253 bytes, not " + std::to_string(label.size()));
    }
  }
  return {};
}

Result<workloads::PodRequest> Read(const carbon_pod* pod) {
  if (pod == nullptr) {
    return Invalid("no pod");
  }
  const auto within = [](int64_t value, int64_t most) { return value >= 0 && value <= most; };
  if (!within(pod->cpu_millicores, kMostMillicores) || !within(pod->memory_bytes, kMostBytes) ||
      !within(pod->run_milliseconds, kLongestRun)) {
    return Invalid("a pod's CPU, memory or run is negative or beyond all measure");
  }
  return workloads::PodRequest{.cpu_cores = static_cast<double>(pod->cpu_millicores) / 1000,
                               .memory_gb = static_cast<double>(pod->memory_bytes) / 1e9,
                               .length = carbon::Duration(pod->run_milliseconds)};
}

Result<carbon::Time> ReadTime(int64_t milliseconds) {
  constexpr int64_t kYear10000 = 253'402'300'800'000;
  if (milliseconds < 0 || milliseconds >= kYear10000) {
    return Invalid("the time is not one from 1970 to 9999");
  }
  return carbon::Time(carbon::Duration(milliseconds));
}

Result<std::vector<std::string_view>> Read(const carbon_names* names) {
  if (names == nullptr || (names->count > 0 && names->ends == nullptr)) {
    return Invalid("no names");
  }
  if (names->count > CARBON_MOST_NODES) {
    return Invalid(std::to_string(names->count) + " nodes in one question, more than " +
                   std::to_string(CARBON_MOST_NODES));
  }
  std::vector<std::string_view> views;
  views.reserve(names->count);
  uint32_t begin = 0;
  for (size_t i = 0; i < names->count; ++i) {
    const uint32_t end = names->ends[i];
    if (end < begin || (end > 0 && names->bytes == nullptr)) {
      return Invalid("name " + std::to_string(i + 1) + " ends before it begins");
    }
    views.emplace_back(names->bytes + begin, end - begin);
    begin = end;
  }
  return views;
}

}  // namespace

uint32_t carbon_abi_version(void) { return CARBON_ABI_VERSION; }

carbon_ranker* carbon_ranker_open(carbon_text options, char* error, size_t error_size) {
  std::unique_ptr<carbon_ranker> made;
  (void)Guarded(error, error_size, [&]() -> Status {
    auto parsed = workloads::ParseNodeRankerOptions(View(options));
    if (!parsed) {
      return parsed.error();
    }
    made = std::unique_ptr<carbon_ranker>(
        new carbon_ranker{.ranker = workloads::NodeRanker(*std::move(parsed))});
    return {};
  });
  return made.release();
}

void carbon_ranker_close(carbon_ranker* ranker) { delete ranker; }

carbon_status carbon_load_zones(carbon_ranker* ranker, carbon_text zones, char* error,
                                size_t error_size) {
  return Guarded(error, error_size, [&] { return ranker->ranker.LoadZones(View(zones)); });
}

carbon_status carbon_forget_zones(carbon_ranker* ranker) {
  return Guarded(nullptr, 0, [&]() -> Status {
    ranker->ranker.ForgetZones();
    return {};
  });
}

carbon_status carbon_upsert_node(carbon_ranker* ranker, carbon_text name, const carbon_node* node,
                                 char* error, size_t error_size) {
  return Guarded(error, error_size, [&]() -> Status {
    if (node == nullptr) {
      return Invalid("no node");
    }
    const workloads::NodeLabels labels{.region = View(node->region),
                                       .instance_type = View(node->instance_type),
                                       .zone = View(node->zone)};
    if (Status ok = CheckName(View(name)); !ok) {
      return ok;
    }
    if (Status ok = CheckLabels(labels); !ok) {
      return ok;
    }
    ranker->ranker.Upsert(View(name), labels);
    return {};
  });
}

carbon_status carbon_remove_node(carbon_ranker* ranker, carbon_text name) {
  return Guarded(nullptr, 0, [&]() -> Status {
    if (Status ok = CheckName(View(name)); !ok) {
      return ok;
    }
    ranker->ranker.Remove(View(name));
    return {};
  });
}

carbon_status carbon_read_duration(carbon_text text, int64_t* milliseconds, char* error,
                                   size_t error_size) {
  return Guarded(error, error_size, [&]() -> Status {
    const auto duration = carbon::ParseDuration(View(text));
    if (!duration) {
      return duration.error();
    }
    if (milliseconds != nullptr) {
      *milliseconds = duration->count();
    }
    return {};
  });
}

carbon_status carbon_score(carbon_ranker* ranker, const carbon_pod* pod, int64_t now_milliseconds,
                           const carbon_names* names, double* values, uint8_t* scores,
                           size_t* unknown, char* error, size_t error_size) {
  return Guarded(error, error_size, [&]() -> Status {
    const auto request = Read(pod);
    const auto now = ReadTime(now_milliseconds);
    const auto nodes = Read(names);
    if (!request || !now || !nodes) {
      return !request ? request.error() : !now ? now.error() : nodes.error();
    }
    const auto scored = ranker->ranker.Score(*request, *now, *nodes);
    if (values != nullptr) {
      std::copy(scored.values.begin(), scored.values.end(), values);
    }
    if (scores != nullptr) {
      std::copy(scored.scores.begin(), scored.scores.end(), scores);
    }
    if (unknown != nullptr) {
      *unknown = scored.unknown;
    }
    return {};
  });
}

carbon_status carbon_explain(carbon_ranker* ranker, const carbon_pod* pod, int64_t now_milliseconds,
                             carbon_text node, char* json, size_t size, size_t* needed) {
  return Guarded(nullptr, 0, [&]() -> Status {
    const auto request = Read(pod);
    const auto now = ReadTime(now_milliseconds);
    if (!request || !now) {
      return !request ? request.error() : now.error();
    }
    const std::string text = ranker->ranker.Explain(*request, *now, View(node));
    if (needed != nullptr) {
      *needed = text.size() + 1;
    }
    if (size < text.size() + 1) {
      return Invalid("no room");
    }
    Write(text, json, size);
    return {};
  });
}
