// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Clients that do what no client should, many at a time, one kind after the other.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "support/endpoint.hh"

namespace ktcp::test {

struct RudeSettings {
    Endpoint server;
    std::string large = "/1m.bin"; // a target of at least 1 MiB
    std::string small = "/hello.txt";
    unsigned each = 50; // clients of each kind
    std::chrono::milliseconds head_timeout{1500};
    std::chrono::milliseconds send_timeout{2500};
    std::chrono::milliseconds slack{4000};
};

// Each returns what is wrong; empty if nothing is.
struct RudePhase {
    const char* name;
    std::function<std::string(const RudeSettings&)> run;
};

extern const RudePhase rude_phases[];
extern const size_t rude_phase_count;

// An ordinary request still gets its answer, and in time.
std::string polite_request(const RudeSettings& settings);

} // namespace ktcp::test
