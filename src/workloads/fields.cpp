// SPDX-License-Identifier: Apache-2.0
#include "workloads/fields.h"

#include <boost/json/value.hpp>

namespace carbon::workloads {

const boost::json::object* ObjectAt(const boost::json::object* parent, std::string_view key) {
  const auto* value = parent == nullptr ? nullptr : parent->if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const boost::json::array* ArrayAt(const boost::json::object* parent, std::string_view key) {
  const auto* value = parent == nullptr ? nullptr : parent->if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string TextAt(const boost::json::object* parent, std::string_view key) {
  const auto* value = parent == nullptr ? nullptr : parent->if_contains(key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::vector<const boost::json::object*> ObjectsAt(const boost::json::object* parent,
                                                  std::string_view key) {
  std::vector<const boost::json::object*> objects;
  if (const auto* array = ArrayAt(parent, key)) {
    for (const boost::json::value& element : *array) {
      if (const auto* object = element.if_object()) {
        objects.push_back(object);
      }
    }
  }
  return objects;
}

}  // namespace carbon::workloads
