// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>

namespace carbon::app {

/// Comments on a tree, by the path of a field without places in lists ("/profiles/plugins"); ""
/// stands above all. Empty ones are left out.
using YamlNotes = std::map<std::string, std::string>;

/// The tree as YAML that reads back as the same tree, by the rules of YAML 1.1, as Kubernetes
/// reads it, and of 1.2. It holds objects, arrays, texts, booleans and integers.
std::string ToYaml(const boost::json::value& tree, const YamlNotes& notes);

}  // namespace carbon::app
