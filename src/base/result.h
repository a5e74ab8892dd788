// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace carbon {

/// Why something failed: a class that callers branch on, and a sentence for a person that says
/// what was attempted, on what, and what to do. Never holds a secret.
struct Error {
  enum class Kind {
    invalid,      ///< the user's input or usage: exit code 2
    unavailable,  ///< the world: a server down, a file system full; trying again may help
    timeout,
    not_found,
    denied,    ///< authentication or authorisation
    conflict,  ///< somebody else changed the object first, or a precondition failed
    expired,   ///< a resource version or continuation that the server no longer holds
    internal,
  };

  Kind kind = Kind::internal;
  std::string message;

  /// The same error seen from further out: "context: message".
  Error In(std::string_view context) const {
    return Error{kind, std::string(context) + ": " + message};
  }

  bool operator==(const Error&) const = default;
};

/// Exit code of a command that ends with `error`: 2 for usage and input, 1 for the world.
constexpr int ExitCode(Error::Kind kind) { return kind == Error::Kind::invalid ? 2 : 1; }

inline Error Invalid(std::string message) { return {Error::Kind::invalid, std::move(message)}; }
inline Error Unavailable(std::string message) {
  return {Error::Kind::unavailable, std::move(message)};
}

/// A value or an Error: the part of std::expected (C++23) that is used here.
/// Reading the side that is not there is a bug of the caller and asserts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }

  const T& operator*() const& {
    assert(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  T& operator*() & {
    assert(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  T&& operator*() && {
    assert(state_.index() == 0);
    return std::move(*std::get_if<0>(&state_));
  }
  const T* operator->() const { return &**this; }
  T* operator->() { return &**this; }

  const Error& error() const {
    assert(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or why not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)
      : error_(std::move(error)), failed_(true) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return !failed_; }
  const Error& error() const {
    assert(failed_);
    return error_;
  }

 private:
  Error error_;
  bool failed_ = false;
};

using Status = Result<void>;

}  // namespace carbon
