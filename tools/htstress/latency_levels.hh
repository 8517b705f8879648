// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>

namespace htstress {

struct LatencyLevel {
    const char* name;
    double fraction;
};

// The levels that every report names.
inline constexpr LatencyLevel latency_levels[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};

constexpr double microseconds(std::uint64_t ns) { return static_cast<double>(ns) / 1000; }

} // namespace htstress
