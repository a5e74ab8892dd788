// SPDX-License-Identifier: Apache-2.0
#include "sim/names.h"

#include <functional>

namespace carbon::sim {

std::string_view Names::At(size_t index) const {
  const uint64_t start = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(text_).substr(start, ends_[index] - start);
}

size_t Names::SlotOf(std::string_view name) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = std::hash<std::string_view>{}(name)&mask;
  while (slots_[slot] != 0 && At(slots_[slot] - 1) != name) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void Names::Grow() {
  constexpr size_t kFirst = 64;
  slots_.assign(slots_.empty() ? kFirst : slots_.size() * 2, 0);
  for (size_t i = 0; i < size(); ++i) {
    slots_[SlotOf(At(i))] = static_cast<uint32_t>(i + 1);
  }
}

Names::Added Names::Add(std::string_view name) {
  if ((size() + 1) * 4 > slots_.size() * 3) {
    Grow();
  }
  const size_t slot = SlotOf(name);
  if (slots_[slot] != 0) {
    return {slots_[slot] - 1, false};
  }
  text_.append(name);
  ends_.push_back(text_.size());
  slots_[slot] = static_cast<uint32_t>(size());
  return {slots_[slot] - 1, true};
}

}  // namespace carbon::sim
