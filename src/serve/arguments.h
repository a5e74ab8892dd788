// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http_server.h"
#include "serve/problem.h"

namespace carbon::serve {

/// Named texts that a request brings, in a query or in an object of its body. Names are compared
/// without regard to case, as ASP.NET does; what is wrong goes to the complaints. An empty text is
/// as good as none.
class Arguments {
 public:
  /// `complaints` outlives this.
  Arguments(const std::vector<net::Parameter>& query, Complaints& complaints);
  /// Members that are strings or numbers; null is as good as none. `prefix`, such as "[3].", stands
  /// before the names in complaints.
  Arguments(const boost::json::object& object, std::string prefix, Complaints& complaints);

  /// All values under any of these names, in order.
  std::vector<std::string> All(std::initializer_list<std::string_view> names) const;
  /// The first value; complains where there is none.
  std::string Required(std::string_view name);
  std::optional<Time> OptionalTime(std::string_view name);
  /// Complains where there is none.
  std::optional<Time> RequiredTime(std::string_view name);
  /// A whole number from 0 to `most`.
  std::optional<int64_t> OptionalCount(std::string_view name, int64_t most);
  void Complain(std::string_view name, std::string message);

 private:
  struct Argument {
    std::string name;
    std::string text;
  };
  std::string First(std::string_view name) const;

  std::vector<Argument> arguments_;
  std::string prefix_;
  Complaints& complaints_;
};

/// The objects of a JSON array; a complaint about `name` where the body is something else or holds
/// none or more than `most`.
class Body {
 public:
  Body(std::string_view text, const std::string& name, size_t most, Complaints& complaints);
  const std::vector<const boost::json::object*>& Entries() const { return entries_; }

 private:
  boost::json::value value_;
  std::vector<const boost::json::object*> entries_;
};

}  // namespace carbon::serve
