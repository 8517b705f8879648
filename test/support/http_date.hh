// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ktcp::test {

// IMF-fixdate of RFC 9110 section 5.6.7, in exactly that form, weekday checked.
std::optional<int64_t> parse_http_date(std::string_view text);
std::string format_http_date(int64_t unix_seconds);

} // namespace ktcp::test
