// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>
#include <string_view>

namespace ktcp::tools {

// The text as a JSON string, quotes included (RFC 8259 section 7).
[[nodiscard]] std::string json_string(std::string_view text);

} // namespace ktcp::tools
