// SPDX-License-Identifier: Apache-2.0
#include "kube/watch_stream.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "kube/object.h"

namespace carbon::kube {
namespace {

namespace json = boost::json;

std::optional<WatchEvent::Type> TypeOf(std::string_view name) {
  constexpr std::pair<std::string_view, WatchEvent::Type> kTypes[] = {
      {"ADDED", WatchEvent::Type::added},     {"MODIFIED", WatchEvent::Type::modified},
      {"DELETED", WatchEvent::Type::deleted}, {"BOOKMARK", WatchEvent::Type::bookmark},
      {"ERROR", WatchEvent::Type::error},
  };
  for (const auto& [known, type] : kTypes) {
    if (name == known) {
      return type;
    }
  }
  return std::nullopt;
}

Result<WatchEvent> ParseEvent(std::string_view line) {
  json::parse_options limits;
  limits.max_depth = 200;
  boost::system::error_code code;
  json::value value =
      json::parse(line, code, json::make_shared_resource<json::monotonic_resource>(), limits);
  if (code) {
    return Unavailable("a line of the watch is not JSON: " + code.message());
  }
  json::object* event = value.if_object();
  json::value* object = event == nullptr ? nullptr : event->if_contains("object");
  const auto type = TypeOf(StringAt(event, "type"));
  if (object == nullptr || !object->is_object() || !type) {
    return Unavailable("a line of the watch is not an event");
  }
  return WatchEvent{*type, std::move(object->get_object())};
}

}  // namespace

Status WatchStream::Feed(std::string_view bytes,
                         const std::function<bool(WatchEvent&&)>& on_event) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (piece.size() > max_line_ - partial_.size()) {
      return Unavailable("a line of the watch is longer than " + std::to_string(max_line_) +
                         " bytes");
    }
    if (end == std::string_view::npos) {
      partial_ += piece;
      return {};
    }
    bytes.remove_prefix(end + 1);
    std::string_view line = piece;
    if (!partial_.empty()) {
      partial_ += piece;
      line = partial_;
    }
    const bool blank = Trim(line).empty();
    auto event = blank ? Result<WatchEvent>(WatchEvent()) : ParseEvent(line);
    partial_.clear();
    if (!event) {
      return event.error();
    }
    if (!blank && !on_event(std::move(*event))) {
      return {};
    }
  }
  return {};
}

}  // namespace carbon::kube
