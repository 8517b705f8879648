// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Round trips as fast as answers come, for a while: enough to see whether something else
// slows them down (htstress and bench are the tools for real measurements).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "support/endpoint.hh"

namespace ktcp::test {

struct Load {
    uint64_t round_trips = 0;
    uint64_t failures = 0;
    double seconds = 0;
    double p50 = 0, p99 = 0; // of the latency, in microseconds
    std::string fault;       // of one of the failures

    double rate() const { return seconds > 0 ? static_cast<double>(round_trips) / seconds : 0; }
    std::string text() const;
};

// One round trip, over a connection that is kept from one call to the next; throws if
// it fails.
using RoundTrip = std::function<void()>;
RoundTrip http_round_trip(const Endpoint& server, const std::string& target);
RoundTrip echo_round_trip(const Endpoint& server, size_t bytes);

// Each connection is kept and has one round trip under way; `connect` is called once for
// each, in a thread of its own.
Load measure_load(const std::function<RoundTrip()>& connect, unsigned connections,
                  std::chrono::milliseconds time);

} // namespace ktcp::test
