// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace carbon::demo {

/// A child process in a session of its own, so that a Ctrl-C at the terminal does not reach it;
/// the kernel ends it when this process dies. The destructor stops it. One thread.
class Child {
 public:
  /// Starts `arguments[0]` with its output appended to the file `log`, or, for an empty
  /// one, where this process's goes.
  static Result<Child> Start(const std::vector<std::string>& arguments, const std::string& log);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  /// Whether it still runs.
  bool Alive();
  /// SIGTERM, then SIGKILL after `patience`.
  void Stop(Duration patience = std::chrono::seconds(5));

 private:
  explicit Child(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;
};

}  // namespace carbon::demo
