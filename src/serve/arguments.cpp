// SPDX-License-Identifier: Apache-2.0
#include "serve/arguments.h"

#include <utility>

#include "base/text.h"
#include "serve/dotnet.h"

namespace carbon::serve {
namespace {

namespace json = boost::json;

std::string TextOf(const json::value& value) {
  if (const json::string* text = value.if_string()) {
    return {text->data(), text->size()};
  }
  return value.is_null() ? std::string() : json::serialize(value);
}

}  // namespace

Arguments::Arguments(const std::vector<net::Parameter>& query, Complaints& complaints)
    : complaints_(complaints) {
  for (const net::Parameter& parameter : query) {
    arguments_.push_back({parameter.name, parameter.value});
  }
}

Arguments::Arguments(const json::object& object, std::string prefix, Complaints& complaints)
    : prefix_(std::move(prefix)), complaints_(complaints) {
  for (const auto& member : object) {
    arguments_.push_back({{member.key().data(), member.key().size()}, TextOf(member.value())});
  }
}

std::vector<std::string> Arguments::All(std::initializer_list<std::string_view> names) const {
  std::vector<std::string> found;
  for (const Argument& argument : arguments_) {
    for (const std::string_view name : names) {
      if (IsSameName(argument.name, name) && !argument.text.empty()) {
        found.push_back(argument.text);
      }
    }
  }
  return found;
}

std::string Arguments::First(std::string_view name) const {
  const auto found = All({name});
  return found.empty() ? std::string() : found.front();
}

std::string Arguments::Required(std::string_view name) {
  std::string text = First(name);
  if (text.empty()) {
    Complain(name, "The " + std::string(name) + " field is required.");
  }
  return text;
}

std::optional<Time> Arguments::OptionalTime(std::string_view name) {
  const std::string text = First(name);
  if (text.empty()) {
    return std::nullopt;
  }
  const auto time = ParseDateTime(text);
  if (!time) {
    Complain(name, time.error().message);
    return std::nullopt;
  }
  return *time;
}

std::optional<Time> Arguments::RequiredTime(std::string_view name) {
  return Required(name).empty() ? std::nullopt : OptionalTime(name);
}

std::optional<int64_t> Arguments::OptionalCount(std::string_view name, int64_t most) {
  const std::string text = First(name);
  if (text.empty()) {
    return std::nullopt;
  }
  const auto count = ParseInt(text);
  if (!count || *count < 0 || *count > most) {
    Complain(name,
             "'" + Printable(text) + "' is not a whole number from 0 to " + std::to_string(most));
    return std::nullopt;
  }
  return count;
}

void Arguments::Complain(std::string_view name, std::string message) {
  complaints_.Add(prefix_ + std::string(name), std::move(message));
}

Body::Body(std::string_view text, const std::string& name, size_t most, Complaints& complaints) {
  json::error_code failed;
  value_ = json::parse(text, failed);
  const json::array* array = failed ? nullptr : value_.if_array();
  if (array == nullptr) {
    complaints.Add(name, "the body is not a JSON array");
    return;
  }
  if (array->empty() || array->size() > most) {
    complaints.Add(name, "the body holds " + std::to_string(array->size()) +
                             " entries: from 1 to " + std::to_string(most) + " are answered");
    return;
  }
  for (const json::value& entry : *array) {
    if (const json::object* object = entry.if_object()) {
      entries_.push_back(object);
    } else {
      complaints.Add("[" + std::to_string(entries_.size()) + "]", "is not an object");
      entries_.clear();
      return;
    }
  }
}

}  // namespace carbon::serve
