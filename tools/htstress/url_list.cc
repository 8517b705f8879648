// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "url_list.hh"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "units.hh"
#include "url.hh"

namespace htstress {
namespace {

constexpr std::string_view blank = " \t\r";

std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(blank));
    line.remove_prefix(word.size());
    return word;
}

std::string parse_line(std::string_view line, ListedUrl& listed) {
    std::string_view address = next_word(line);
    std::uint64_t weight = 1;
    if (const bool number = parse_count(address, weight); number || address.starts_with('-')) {
        if (!number || weight == 0 || weight > max_weight)
            return fmt::format("the weight must be a number from 1 to {}", max_weight);
        address = next_word(line);
        if (address.empty())
            return "a weight without a URL";
    }
    if (!next_word(line).empty())
        return "expected [WEIGHT] URL (write a space in a URL as %20)";
    listed.weight = static_cast<std::uint32_t>(weight);
    Url url;
    const bool path_only = address.starts_with('/');
    // A path is checked as it would be in a URL.
    const std::string whole = (path_only ? "host" : "") + std::string(address);
    if (std::string fault = parse_url(whole, url); !fault.empty())
        return fault;
    listed.path = url.path;
    listed.authority = path_only ? "" : url.authority;
    return {};
}

// What all weights can be divided by, at least 1.
std::uint32_t common_divisor(const std::vector<ListedUrl>& urls) {
    std::uint32_t divisor = 0;
    for (const ListedUrl& url : urls)
        divisor = std::gcd(divisor, url.weight);
    return std::max(divisor, 1U);
}

} // namespace

std::string parse_url_list(std::string_view text, std::vector<ListedUrl>& urls) {
    std::uint64_t total = 0;
    for (unsigned number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
        if (line.empty() || line.front() == '#')
            continue;
        ListedUrl listed;
        listed.line = number;
        if (const std::string fault = parse_line(line, listed); !fault.empty())
            return fmt::format("line {}: {}", number, fault);
        total += listed.weight;
        urls.push_back(std::move(listed));
    }
    if (urls.empty())
        return "no URL in it";
    const std::uint64_t turns = total / common_divisor(urls);
    if (turns > max_rotation)
        return fmt::format("the weights add up to {} by their common divisor, {} at most", turns,
                           max_rotation);
    return {};
}

std::vector<std::uint32_t> rotation(const std::vector<ListedUrl>& urls) {
    const std::uint32_t divisor = common_divisor(urls);
    // The k-th of w turns lies in the middle of the k-th of w equal parts of the round.
    std::vector<std::pair<double, std::uint32_t>> turns;
    for (std::uint32_t i = 0; i < urls.size(); ++i) {
        const std::uint32_t weight = urls[i].weight / divisor;
        for (std::uint32_t k = 0; k < weight; ++k)
            turns.emplace_back((k + 0.5) / weight, i);
    }
    std::sort(turns.begin(), turns.end());
    std::vector<std::uint32_t> order;
    order.reserve(turns.size());
    for (const auto& turn : turns)
        order.push_back(turn.second);
    return order;
}

} // namespace htstress
