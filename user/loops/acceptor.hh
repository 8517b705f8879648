// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// New connections: how many at a time, and what to do when there is no room for more.
#pragma once

#include "posix_files.hh"
#include "worker.hh"

#include <vector>

namespace ktcp::user {

// Accepts from listening sockets, which are somebody else's, when these are ready. A
// model leaves connections waiting in them because others are to have a turn, or because
// there is no room for another: then accepting pauses, and listeners are not looked at.
class Acceptor {
public:
    Acceptor(Worker& worker, const std::vector<Descriptor>& listeners);

    // To be called before each round of events.
    void begin_round() noexcept;
    // The i-th listener is ready: a new client, or none when it is others' turn. `busy`:
    // the connections that the server has now.
    Client next(size_t i, uint32_t busy) noexcept;
    Client next(size_t i) noexcept {
        return next(i, worker_.service.connections.load(std::memory_order_relaxed));
    }

    // An accepted socket: a client, unless its address has as many as it may (then it has
    // been closed).
    Client admit(int fd) noexcept;

    bool full() const noexcept {
        return worker_.service.connections.load(std::memory_order_relaxed) >=
               worker_.service.max_connections;
    }
    // An accept has failed: pauses if that is for want of something.
    void failed(int error) noexcept;
    void pause() noexcept;
    bool paused() const { return resume_due_ != KTCP_NEVER; }
    // While accepting pauses: when to call resume().
    ktcp_time resume_due() const { return resume_due_; }
    void resume() noexcept { resume_due_ = KTCP_NEVER; }
    // A connection has ended: there may be room now.
    void connection_ended() noexcept {
        if (paused())
            resume_due_ = worker_.now.monotonic;
    }

private:
    bool make_room() noexcept;

    Worker& worker_;
    struct Listener {
        int fd;
        int left; // accepts in this round
    };
    std::vector<Listener> listeners_;
    ktcp_time resume_due_ = KTCP_NEVER;
    int per_round_ = 1; // accepts, for each listener
    int crowded_rounds_ = 0;
};

} // namespace ktcp::user
