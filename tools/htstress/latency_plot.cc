// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "latency_plot.hh"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace htstress {
namespace {

using ktcp::tools::Histogram;

constexpr std::size_t most_rows = 25;
constexpr double bar_width = 40;

// Preferred numbers (IEC 60063: E24, E12, E6), then those of coins, then whole decades: the finest
// that does not need too many rows is taken.
constexpr double by_24[] = {1.0, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2.0, 2.2, 2.4, 2.7, 3.0,
                            3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8, 7.5, 8.2, 9.1};
constexpr double by_12[] = {1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2};
constexpr double by_6[] = {1.0, 1.5, 2.2, 3.3, 4.7, 6.8};
constexpr double by_3[] = {1, 2, 5};
constexpr double by_1[] = {1};
constexpr std::span<const double> series[] = {by_24, by_12, by_6, by_3, by_1};

struct Row {
    double from; // ns; it ends where the next begins
    std::uint64_t count = 0;
};

// The rows that lead from `least` to `greatest` and one more, which is where the last ends.
std::vector<Row> rows_of(std::span<const double> mantissas, double least, double greatest) {
    std::vector<Row> rows;
    for (double decade = std::pow(10, std::floor(std::log10(least)));; decade *= 10) {
        for (const double mantissa : mantissas) {
            const double from = mantissa * decade;
            if (from <= least)
                rows.clear();
            rows.push_back({from});
            if (from > greatest)
                return rows;
        }
    }
}

std::vector<Row> make_rows(double least, double greatest) {
    std::vector<Row> rows;
    for (const std::span<const double> mantissas : series) {
        rows = rows_of(mantissas, least, greatest);
        if (rows.size() <= most_rows + 1)
            break;
    }
    return rows;
}

// A row with anything in it is seen.
std::string bar(std::uint64_t count, std::uint64_t most) {
    const double length =
        std::round(bar_width * static_cast<double>(count) / static_cast<double>(most));
    return length >= 1 ? std::string(static_cast<std::size_t>(length), '#') : count ? "." : "";
}

} // namespace

std::string latency_plot(std::string_view title, const Histogram& times) {
    const std::vector<Histogram::Step> known = times.distribution();
    if (known.empty())
        return {};
    const double least = static_cast<double>(std::max<std::uint64_t>(known.front().value, 1));
    std::vector<Row> rows =
        make_rows(least, std::max(least, static_cast<double>(known.back().value)));

    std::uint64_t before = 0;
    std::size_t at = 0;
    for (const Histogram::Step& step : known) {
        while (at + 2 < rows.size() && static_cast<double>(step.value) >= rows[at + 1].from)
            ++at;
        rows[at].count += step.count - before;
        before = step.count;
    }

    std::uint64_t most = 0;
    for (const Row& row : rows)
        most = std::max(most, row.count);
    std::string text = fmt::format("\n{}\n{:>12} {:>12} {:>12} {:>9}\n", title, "from us",
                                   "to less than", "requests", "sum");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
        sum += rows[i].count;
        std::string line = fmt::format(
            "{:>12.6g} {:>12.6g} {:>12} {:>8.3f}% {}", rows[i].from / 1000, rows[i + 1].from / 1000,
            rows[i].count, 100 * static_cast<double>(sum) / static_cast<double>(times.total()),
            bar(rows[i].count, most));
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

} // namespace htstress
