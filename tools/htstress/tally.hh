// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "failure.hh"
#include "histogram.hh"
#include "series.hh"

namespace htstress {

// What came of the requests. One per thread while they run, added up at the end.
struct Tally {
    std::uint64_t good = 0;
    std::array<std::uint64_t, failure_kinds> failures{};
    std::uint64_t reconnects = 0;     // persistent connections that the server had closed
    std::uint64_t resent = 0;         // requests that went out whole and were sent again elsewhere
    std::uint64_t never_begun = 0;    // with a rate: were due, and no connection was free in time
    std::uint64_t late = 0;           // ended after the deadline
    std::uint64_t late_good = 0;      // of these
    std::uint64_t port_waits = 0;     // no port was free on this side: connected later
    std::uint64_t backlog_waits = 0;  // no room in a unix socket's backlog: connected later
    std::uint64_t body_bytes = 0;     // of good answers
    std::uint64_t received_bytes = 0; // all, heads included
    ktcp::tools::Histogram latency;   // of good answers, ns; with a rate: since each was due
    ktcp::tools::Histogram service;   // with a rate only: since each was really begun
    Series series;                    // requests that ended, good or not
    std::array<std::string, failure_kinds> first; // failure of each kind, in words

    [[nodiscard]] std::uint64_t of(Failure kind) const {
        return failures[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] std::uint64_t bad() const { return of(Failure::status) + of(Failure::body); }
    [[nodiscard]] std::uint64_t socket_errors() const {
        return of(Failure::connect) + of(Failure::timeout) + of(Failure::reset);
    }
    [[nodiscard]] std::uint64_t requests() const { return good + bad() + socket_errors(); }

    void add(const Tally& other) {
        good += other.good;
        reconnects += other.reconnects;
        resent += other.resent;
        never_begun += other.never_begun;
        late += other.late;
        late_good += other.late_good;
        port_waits += other.port_waits;
        backlog_waits += other.backlog_waits;
        body_bytes += other.body_bytes;
        received_bytes += other.received_bytes;
        latency.add(other.latency);
        service.add(other.service);
        series.add(other.series);
        for (std::size_t i = 0; i < failure_kinds; ++i) {
            failures[i] += other.failures[i];
            if (first[i].empty())
                first[i] = other.first[i];
        }
    }
};

} // namespace htstress
