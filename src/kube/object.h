// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

namespace carbon::kube {

/// The object under `keys`, one level a key; null where it is missing or something else.
const boost::json::object* ObjectAt(const boost::json::object& object,
                                    std::initializer_list<std::string_view> keys);

/// The string `key` of `object`; "" where `object` is null or has no such string.
std::string_view StringAt(const boost::json::object* object, std::string_view key);

/// The number `key` of `object`; 0 where `object` is null or has no such integer.
int64_t IntAt(const boost::json::object* object, std::string_view key);

/// "namespace/name", or "name" for what belongs to no namespace; "" for what has no name.
std::string KeyOf(const boost::json::object& object);

/// A path of the API out of its parts, each percent-encoded:
/// ApiPath({"api", "v1", "namespaces", ns, "pods", name}).
std::string ApiPath(std::initializer_list<std::string_view> parts);

}  // namespace carbon::kube
