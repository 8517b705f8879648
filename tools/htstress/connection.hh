// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>

#include "response_parser.hh"

namespace htstress {

// A request that was begun and is not over.
struct Flight {
    std::uint64_t started = 0; // ns: when it was begun
    std::uint64_t due = 0;     // ns: when it should have been; with a rate only
    std::size_t request = 0;   // which of the target's
};

// One of a worker's connections; touched by that worker's thread only. The slot lives as long as
// the worker, the socket in it for one request or (keep-alive) for many. The requests on it form a
// queue, in a ring of as many places as may be sent ahead: answers come in the order of requests.
class Connection {
public:
    enum class State : std::uint8_t {
        closed,
        paused,     // no port or no room in the backlog: connect again at the next tick
        connecting, // waits for EPOLLOUT
        open,
        ending, // the first one's answer is complete, the server's close is yet to come
    };

    // `flights`: `depth` of them, the worker's.
    Connection(const ResponseParser& of_answers, Flight* flights, unsigned depth)
        : parser(of_answers), flights_(flights), depth_(depth) {}

    [[nodiscard]] unsigned count() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] bool full() const { return count_ == depth_; }
    // From the oldest on.
    [[nodiscard]] Flight& at(unsigned i) {
        const unsigned place = first_ + i;
        return flights_[place < depth_ ? place : place - depth_];
    }
    [[nodiscard]] Flight& front() { return flights_[first_]; }
    void push(const Flight& flight) { at(count_++) = flight; }
    void pop() {
        first_ = first_ + 1 < depth_ ? first_ + 1 : 0;
        --count_;
        if (sent > 0)
            --sent;
        else
            part = 0;
    }

    ResponseParser parser;
    std::uint64_t since = 0;    // ns: when connecting began
    std::uint64_t ready = 0;    // ns: when it was connected, or seen to be
    std::uint64_t answered = 0; // ns: when the first one's answer was complete
    unsigned sent = 0;          // how many of the queue are out as a whole
    std::size_t part = 0;       // bytes of the next one that are out
    int fd = -1;
    int refused = 0; // why it is paused: errno
    State state = State::closed;
    bool blocked = false;      // the socket's buffer is full: waits for EPOLLOUT
    bool watches_out = false;  // epoll tells of EPOLLOUT
    bool reused = false;       // this socket has brought a whole answer before
    bool to_be_served = false; // in the worker's list for the end of this round
    bool put_off = false;      // in the worker's list for the next round

private:
    Flight* flights_;
    unsigned depth_;
    unsigned first_ = 0;
    unsigned count_ = 0;
};

} // namespace htstress
