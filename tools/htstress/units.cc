// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "units.hh"

#include <charconv>
#include <cmath>
#include <utility>

namespace htstress {
namespace {

constexpr double longest = 1000.0 * 24 * 3600;
constexpr double fastest = 1e9;

// Digits with at most one point among them: from_chars() alone would take "inf" and "1e3", too.
bool take_number(std::string_view& text, double& number) {
    const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + length, number, std::chars_format::fixed);
    if (length == 0 || error != std::errc{} || end != text.data() + length)
        return false;
    text.remove_prefix(length);
    return true;
}

template <std::size_t N> bool take_amount(std::string_view text,
                                          const std::pair<std::string_view, double> (&units)[N],
                                          double largest, double& amount) {
    double number = 0;
    if (!take_number(text, number))
        return false;
    for (const auto& [unit, factor] : units) {
        if (text != unit)
            continue;
        number *= factor;
        if (!(number > 0) || number > largest)
            return false;
        amount = number;
        return true;
    }
    return false;
}

} // namespace

bool parse_duration(std::string_view text, double& seconds) {
    constexpr std::pair<std::string_view, double> units[] = {{"", 1},      {"s", 1},  {"ms", 1e-3},
                                                             {"us", 1e-6}, {"m", 60}, {"h", 3600}};
    return take_amount(text, units, longest, seconds);
}

bool parse_rate(std::string_view text, double& per_second) {
    constexpr std::pair<std::string_view, double> units[] = {
        {"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}};
    return take_amount(text, units, fastest, per_second);
}

bool parse_count(std::string_view text, std::uint64_t& count) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return false;
    count = value;
    return true;
}

} // namespace htstress
