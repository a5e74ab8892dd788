// SPDX-License-Identifier: Apache-2.0
#include "plan/node_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace carbon::plan {
namespace {

uint64_t HashOf(std::string_view name) { return XXH3_64bits(name.data(), name.size()); }

/// Where `value` stands in `all`; at the end where it was not there before.
template <typename T>
uint32_t IndexOf(std::vector<T>& all, const T& value) {
  const auto found = std::find(all.begin(), all.end(), value);
  const auto index = static_cast<uint32_t>(found - all.begin());
  if (found == all.end()) {
    all.push_back(value);
  }
  return index;
}

}  // namespace

void NodeTable::Upsert(std::string_view name, const NodeSite& site) {
  nodes_.insert_or_assign(HashOf(name), Intern(site));
}

void NodeTable::Remove(std::string_view name) { nodes_.erase(HashOf(name)); }

std::optional<uint32_t> NodeTable::Find(std::string_view name) const {
  const auto found = nodes_.find(HashOf(name));
  return found == nodes_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<uint32_t> NodeTable::Find(std::span<const std::string_view> names) const {
  // All hashes first: then nothing stands between the looks into memory, which can overlap.
  std::vector<uint64_t> hashes(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    hashes[i] = HashOf(names[i]);
  }
  std::vector<uint32_t> sites(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = nodes_.find(hashes[i]);
    sites[i] = found == nodes_.end() ? kNoSite : found->second;
  }
  return sites;
}

uint32_t NodeTable::Intern(const NodeSite& site) {
  const uint32_t number = IndexOf(sites_, site);
  if (number == zone_of_.size()) {
    zone_of_.push_back(IndexOf(zones_, site.zone));
  }
  return number;
}

}  // namespace carbon::plan
