// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string_view>

namespace htstress {

// How people write amounts on a command line. Each returns false, and leaves the result alone, when
// `text` is not such an amount as a whole.

// A duration above zero: 10, 0.5 (seconds), 10s, 500ms, 250us, 2m, 1h. At most 1,000 days.
[[nodiscard]] bool parse_duration(std::string_view text, double& seconds);

// Requests per second, above zero: 1000, 0.5, 10k, 1.5M. At most 1e9.
[[nodiscard]] bool parse_rate(std::string_view text, double& per_second);

// A whole number without a sign.
[[nodiscard]] bool parse_count(std::string_view text, std::uint64_t& count);

} // namespace htstress
