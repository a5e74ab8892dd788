// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace carbon::workloads {

/// Field access on API objects, where anything may be absent: the object, array or text under
/// `key`, or null or empty.
const boost::json::object* ObjectAt(const boost::json::object* parent, std::string_view key);
const boost::json::array* ArrayAt(const boost::json::object* parent, std::string_view key);
std::string TextAt(const boost::json::object* parent, std::string_view key);

/// The objects in the array under `key`, in its order; elements of another type are left out.
std::vector<const boost::json::object*> ObjectsAt(const boost::json::object* parent,
                                                  std::string_view key);

/// All members of an object that are text, as a map (labels, annotations, nodeSelector).
template <typename Map>
Map TextMembers(const boost::json::object* object) {
  Map members;
  if (object != nullptr) {
    for (const auto& [key, value] : *object) {
      if (value.is_string()) {
        members.emplace(std::string(key), std::string(value.get_string()));
      }
    }
  }
  return members;
}

}  // namespace carbon::workloads
