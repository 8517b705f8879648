// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

#include "histogram.hh"

namespace htstress {

// What came of the requests. One per thread while they run, added up at the end.
struct Tally {
    std::uint64_t good = 0;
    std::uint64_t bad = 0;           // answered, but wrongly: status, framing, length
    std::uint64_t socket_errors = 0; // not answered
    std::uint64_t reconnects = 0;    // persistent connections that the server had closed
    std::uint64_t body_bytes = 0;    // of good answers
    ktcp::tools::Histogram latency;  // of good answers, ns
    std::string first_bad;           // the first of each, in words
    std::string first_error;

    void add(const Tally& other) {
        good += other.good;
        bad += other.bad;
        socket_errors += other.socket_errors;
        reconnects += other.reconnects;
        body_bytes += other.body_bytes;
        latency.add(other.latency);
        if (first_bad.empty())
            first_bad = other.first_bad;
        if (first_error.empty())
            first_error = other.first_error;
    }
};

} // namespace htstress
