// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "histogram.hh"

namespace bench {

// What a run found out.
struct Results {
    std::uint64_t round_trips = 0;
    double seconds = 0;             // of the measured window; with rounds: of the whole run
    ktcp::tools::Histogram latency; // of each round trip, ns
    std::vector<double> means;      // with rounds: microseconds, by the thread's index
    std::string fault;              // what went wrong first, in words; empty: nothing
};

} // namespace bench
