// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

#include "series.hh"

namespace htstress {

// How evenly a run went.
struct PerSecond {
    // Requests that ended in each whole second; a second in which none ended counts as well.
    std::vector<std::uint64_t> whole;
    // Those of the rest after the last whole second, the last answers that were waited for
    // included.
    std::uint64_t rest = 0;
    // Of the whole seconds; 0 where there are none.
    double median = 0;
    std::uint64_t smallest = 0;
    std::uint64_t largest = 0;
};

// `seconds`: that the run took; with a deadline, up to there.
[[nodiscard]] PerSecond per_second(const Series& series, double seconds);

} // namespace htstress
