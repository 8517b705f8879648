// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace htstress {

// A line of a file of URLs: `[WEIGHT] URL` or `[WEIGHT] /path`. Empty lines and those that begin
// with # say nothing.
struct ListedUrl {
    std::uint32_t weight = 1;
    std::string authority; // empty for a path alone
    std::string path;
    unsigned line = 0;
};

inline constexpr std::uint32_t max_weight = 100'000;     // of one line
inline constexpr std::uint64_t max_rotation = 1'000'000; // of all, by their common divisor

// Returns what is wrong, with the line's number, or an empty string.
[[nodiscard]] std::string parse_url_list(std::string_view text, std::vector<ListedUrl>& urls);

// The order in which they are asked for, again and again: each as often as its weight says (by
// their common divisor) and evenly spread. The same for the same weights.
[[nodiscard]] std::vector<std::uint32_t> rotation(const std::vector<ListedUrl>& urls);

} // namespace htstress
