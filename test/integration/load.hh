// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Requests as fast as answers come, for a while: enough to see whether something else
// slows them down (htstress is the tool for real measurements).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "support/endpoint.hh"

namespace ktcp::test {

struct Load {
    uint64_t requests = 0;
    uint64_t failures = 0;
    double seconds = 0;
    double p50 = 0, p99 = 0; // of the latency, in microseconds
    std::string fault;       // of one of the failures

    double rate() const { return seconds > 0 ? static_cast<double>(requests) / seconds : 0; }
    std::string text() const;
};

// Each connection is kept and has one request under way.
Load measure_load(const Endpoint& server, const std::string& target, unsigned connections,
                  std::chrono::milliseconds time);

} // namespace ktcp::test
