// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace carbon::kube {

/// RFC 4648's standard alphabet with padding, line breaks allowed; else nothing.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace carbon::kube
