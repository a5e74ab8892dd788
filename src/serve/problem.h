// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"

namespace carbon::serve {

/// What is wrong with a request, by the name of the parameter.
class Complaints {
 public:
  void Add(const std::string& parameter, std::string message) {
    all_[parameter].push_back(std::move(message));
  }
  bool empty() const { return all_.empty(); }
  const std::map<std::string, std::vector<std::string>>& All() const { return all_; }

 private:
  std::map<std::string, std::vector<std::string>> all_;
};

/// An error as the Carbon Aware SDK answers it: ASP.NET's ProblemDetails (RFC 7807) with `errors`.
/// `title` is the name of the exception that the SDK would have thrown.
net::HttpResponse Problem(int status, std::string_view title, std::string_view detail,
                          const Complaints& complaints = {});

/// 400, for what is wrong with parameters.
net::HttpResponse InvalidParameters(const Complaints& complaints);

}  // namespace carbon::serve
