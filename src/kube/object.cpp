// SPDX-License-Identifier: Apache-2.0
#include "kube/object.h"

#include <boost/json/value.hpp>

#include "net/http.h"

namespace carbon::kube {

namespace json = boost::json;

const json::object* ObjectAt(const json::object& object,
                             std::initializer_list<std::string_view> keys) {
  const json::object* at = &object;
  for (const std::string_view key : keys) {
    const json::value* value = at->if_contains(key);
    at = value == nullptr ? nullptr : value->if_object();
    if (at == nullptr) {
      return nullptr;
    }
  }
  return at;
}

std::string_view StringAt(const json::object* object, std::string_view key) {
  const json::value* value = object == nullptr ? nullptr : object->if_contains(key);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

int64_t IntAt(const json::object* object, std::string_view key) {
  const json::value* value = object == nullptr ? nullptr : object->if_contains(key);
  const int64_t* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? 0 : *number;
}

std::string KeyOf(const json::object& object) {
  const json::object* metadata = ObjectAt(object, {"metadata"});
  const std::string_view space = StringAt(metadata, "namespace");
  const std::string_view name = StringAt(metadata, "name");
  if (space.empty() || name.empty()) {
    return std::string(name);
  }
  return std::string(space) + "/" + std::string(name);
}

std::string ApiPath(std::initializer_list<std::string_view> parts) {
  std::string path;
  for (const std::string_view part : parts) {
    path += "/" + net::UrlEncode(part);
  }
  return path;
}

}  // namespace carbon::kube
