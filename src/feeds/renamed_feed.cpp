// SPDX-License-Identifier: Apache-2.0
#include "feeds/renamed_feed.h"

#include <optional>
#include <string>
#include <utility>

namespace carbon::feeds {
namespace {

class RenamedFeed final : public Feed {
 public:
  RenamedFeed(std::unique_ptr<Feed> feed, ZoneDictionary dictionary)
      : feed_(std::move(feed)), dictionary_(std::move(dictionary)) {}

  std::string_view Name() const override { return feed_->Name(); }

  Answer Read(const grid::ZoneId& zone, const grid::ZoneReading* held,
              std::stop_token stop) override {
    const auto found = dictionary_.names.find(zone);
    if (found == dictionary_.names.end()) {
      return dictionary_.others == ZoneDictionary::Others::same
                 ? feed_->Read(zone, held, std::move(stop))
                 : Nameless(zone);
    }
    std::optional<grid::ZoneReading> renamed;
    if (held != nullptr) {
      renamed = *held;
      renamed->zone = found->second;
    }
    Answer answer = feed_->Read(found->second, renamed ? &*renamed : nullptr, std::move(stop));
    if (answer.reading) {
      answer.reading->zone = zone;
    }
    return answer;
  }

  Located Locate(const grid::Place& place, std::stop_token stop) override {
    return feed_->Locate(place, std::move(stop));
  }

 private:
  Answer Nameless(const grid::ZoneId& zone) const {
    const std::string provider(Name());
    return {.reading = {},
            .failure = Failure{
                .error = {Error::Kind::denied, "it is not known what " + provider +
                                                   " calls this zone, so it cannot stand in "
                                                   "(--stand-in-zone " +
                                                   zone.name + "=NAME)"}}};
  }

  const std::unique_ptr<Feed> feed_;
  const ZoneDictionary dictionary_;
};

}  // namespace

std::unique_ptr<Feed> MakeRenamedFeed(std::unique_ptr<Feed> feed, ZoneDictionary dictionary) {
  return std::make_unique<RenamedFeed>(std::move(feed), std::move(dictionary));
}

}  // namespace carbon::feeds
