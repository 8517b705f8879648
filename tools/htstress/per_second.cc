// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "per_second.hh"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace htstress {

PerSecond per_second(const Series& series, double seconds) {
    PerSecond result;
    result.whole = series.seconds();
    const auto wholes = static_cast<std::size_t>(std::max(0.0, std::floor(seconds + 1e-9)));
    for (std::size_t i = wholes; i < result.whole.size(); ++i)
        result.rest += result.whole[i];
    result.whole.resize(wholes);
    if (wholes == 0)
        return result;

    std::vector<std::uint64_t> sorted = result.whole;
    std::sort(sorted.begin(), sorted.end());
    result.smallest = sorted.front();
    result.largest = sorted.back();
    result.median = static_cast<double>(sorted[(wholes - 1) / 2]) / 2 +
                    static_cast<double>(sorted[wholes / 2]) / 2;
    return result;
}

} // namespace htstress
