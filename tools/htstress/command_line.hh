// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace htstress {

// The arguments as one line of printable ASCII that bash takes apart into the same again.
[[nodiscard]] std::string command_line(const std::vector<std::string_view>& arguments);

} // namespace htstress
