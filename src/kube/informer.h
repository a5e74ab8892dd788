// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kube/object.h"
#include "kube/reflector.h"

namespace carbon::kube {

/// One object as a consumer sees it.
template <typename T>
struct Entry {
  std::string key;  ///< "namespace/name", or "name"
  T value;
};

/// A collection at one moment; immutable. Copying is cheap: the content is shared.
template <typename T>
class Snapshot {
 public:
  using Item = std::shared_ptr<const Entry<T>>;

  Snapshot() : Snapshot(std::vector<Item>()) {}
  /// `items` are in the order of their keys.
  explicit Snapshot(std::vector<Item> items)
      : items_(std::make_shared<const std::vector<Item>>(std::move(items))) {}

  auto begin() const { return items_->begin(); }
  auto end() const { return items_->end(); }
  size_t size() const { return items_->size(); }
  /// True where nothing has changed in between.
  bool operator==(const Snapshot&) const = default;

  /// Null where there is none; lives as long as this or a copy of it.
  const T* Find(std::string_view key) const {
    const auto at = std::lower_bound(
        begin(), end(), key, [](const Item& item, std::string_view k) { return item->key < k; });
    return at == end() || (*at)->key != key ? nullptr : &(*at)->value;
  }

 private:
  std::shared_ptr<const std::vector<Item>> items_;
};

/// A mirror of one collection of the API server, kept up to date by a thread of its own. Of each
/// object only what `Parse` takes from it is kept. All methods may be called from any thread.
template <typename T>
class Informer {
 public:
  /// What is kept of an object; nothing = the object is of no interest. Called from the informer's
  /// thread; may be given any JSON.
  using Parse = std::function<std::optional<T>(const boost::json::object& object)>;
  /// The object `key` was added, changed or removed; "" = a list is complete (the first one makes
  /// Synced() true). Called from the informer's thread, without a lock held: it should be quick,
  /// such as waking a loop up, and must not destroy the informer.
  using OnChange = std::function<void(std::string_view key)>;

  /// Starts at once. `clock` tells real time and outlives the informer.
  Informer(InformerOptions options, ClientFactory make_client, const net::Clock& clock, Parse parse,
           OnChange on_change = {})
      : store_(std::move(parse), std::move(on_change)),
        reflector_(std::move(options), std::move(make_client), clock, store_) {}

  /// What there is now; empty before the first list. Built only where something has changed since
  /// the last call, in time linear in its size.
  Snapshot<T> Now() const { return store_.Now(); }

  bool Synced() const { return reflector_.Synced(); }
  bool AwaitSync(Duration timeout, std::stop_token stop = {}) const {
    return reflector_.AwaitSync(timeout, std::move(stop));
  }
  std::optional<Time> LastContact() const { return reflector_.LastContact(); }
  std::string LastError() const { return reflector_.LastError(); }
  const InformerCounters& counters() const { return reflector_.counters(); }

 private:
  class Store final : public ObjectSink {
   public:
    Store(Parse parse, OnChange on_change)
        : parse_(std::move(parse)), on_change_(std::move(on_change)) {}

    void BeginList() override { ++round_; }
    void Put(const boost::json::object& object) override;
    void Remove(const boost::json::object& object) override;
    void EndList() override;
    void Listed() override { Changed(""); }
    Snapshot<T> Now() const;

   private:
    struct Slot {
      typename Snapshot<T>::Item item;
      std::string version;
      uint64_t round = 0;  // the list or watch after it in which the object was last seen
    };

    void Changed(std::string_view key) const {
      if (on_change_) {
        on_change_(key);
      }
    }

    const Parse parse_;
    const OnChange on_change_;
    uint64_t round_ = 0;  // of the reflector's thread
    mutable std::mutex mutex_;
    std::map<std::string, Slot, std::less<>> slots_;  // under mutex_
    mutable std::optional<Snapshot<T>> now_;          // under mutex_; nothing = outdated
  };

  Store store_;
  Reflector reflector_;
};

template <typename T>
void Informer<T>::Store::Put(const boost::json::object& object) {
  const std::string key = KeyOf(object);
  if (key.empty()) {
    return;
  }
  const std::string_view version = StringAt(ObjectAt(object, {"metadata"}), "resourceVersion");
  {
    const std::lock_guard lock(mutex_);
    const auto known = slots_.find(key);
    if (known != slots_.end() && !version.empty() && known->second.version == version) {
      known->second.round = round_;
      return;
    }
  }
  auto value = parse_(object);
  if (!value) {
    Remove(object);
    return;
  }
  auto item = std::make_shared<const Entry<T>>(Entry<T>{key, std::move(*value)});
  {
    const std::lock_guard lock(mutex_);
    slots_[key] = Slot{std::move(item), std::string(version), round_};
    now_.reset();
  }
  Changed(key);
}

template <typename T>
void Informer<T>::Store::Remove(const boost::json::object& object) {
  const std::string key = KeyOf(object);
  {
    const std::lock_guard lock(mutex_);
    if (slots_.erase(key) == 0) {
      return;
    }
    now_.reset();
  }
  Changed(key);
}

template <typename T>
void Informer<T>::Store::EndList() {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto slot = slots_.begin(); slot != slots_.end();) {
      if (slot->second.round == round_) {
        ++slot;
        continue;
      }
      gone.push_back(slot->first);
      slot = slots_.erase(slot);
      now_.reset();
    }
  }
  for (const std::string& key : gone) {
    Changed(key);
  }
}

template <typename T>
Snapshot<T> Informer<T>::Store::Now() const {
  const std::lock_guard lock(mutex_);
  if (!now_) {
    std::vector<typename Snapshot<T>::Item> items;
    items.reserve(slots_.size());
    for (const auto& [key, slot] : slots_) {
      items.push_back(slot.item);
    }
    now_ = Snapshot<T>(std::move(items));
  }
  return *now_;
}

}  // namespace carbon::kube
