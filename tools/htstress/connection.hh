// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>

#include "response_parser.hh"

namespace htstress {

// One of a worker's connections; touched by that worker's thread only. The slot lives as long as
// the worker, the socket in it for one request or (keep-alive) for many.
struct Connection {
    enum class State : std::uint8_t {
        idle,       // no request in flight; fd may be open (keep-alive) or -1
        paused,     // no port or no room in the backlog: connect again at the next tick
        connecting, // waits for EPOLLOUT
        sending,    // part of the request is out
        receiving,
        ending, // the answer is complete, the server's close is yet to come
    };

    explicit Connection(HeadMemo& memo) : parser(memo) {}

    ResponseParser parser;
    std::uint64_t started = 0;  // ns: when connecting or sending began
    std::uint64_t answered = 0; // ns: when the answer was complete
    std::size_t sent = 0;       // bytes of the request
    int fd = -1;
    State state = State::idle;
    bool reused = false; // this socket has brought a whole answer before
};

} // namespace htstress
