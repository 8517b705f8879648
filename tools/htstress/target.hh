// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "options.hh"

namespace htstress {

// Where to connect and what to say: made once, before the threads start, read-only after.
struct Target {
    sockaddr_storage address{};
    socklen_t address_length = 0;
    bool loopback4 = false;            // in 127.0.0.0/8: has more than one source address to offer
    std::vector<std::string> requests; // whole, byte for byte; more than one with --spread, --urls
    std::vector<std::uint32_t> order;  // of the requests, round after round; empty: one by one
    unsigned status = 0;               // that answers must have; 0: any below 400
    bool bodiless = false;             // answers have no body, whatever they announce (HEAD)
    bool repeatable = true;            // may be sent again if the connection goes (RFC 9110, 9.2.2)
    std::string name;                  // the address, for messages

    // Which request is the turn-th.
    [[nodiscard]] std::size_t request_at(std::uint64_t turn) const {
        return order.empty() ? turn % requests.size() : order[turn % order.size()];
    }
};

// Returns what is wrong, or an empty string.
[[nodiscard]] std::string make_target(const Options& options, Target& target);

} // namespace htstress
