// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// New connections, for the models that wait by epoll.
#pragma once

#include "posix_files.hh"
#include "worker.hh"

#include <vector>

namespace ktcp::user {

// The loop's listening sockets. They are watched level-triggered, so that the loop may
// leave connections waiting: because others are to have a turn, or because there is no
// room for another.
class Acceptor {
public:
    // Watches listener i in the epoll instance under the number first_tag + 2 * i.
    // Throws StartError.
    Acceptor(Worker& worker, int epoll, std::vector<Descriptor> listeners, uint64_t first_tag);

    // To be called before each round of events.
    void begin_round() noexcept;
    // After an event with this number: a new socket, or -1 when it is others' turn.
    int next(uint64_t tag) noexcept;

    // While accepting pauses: when to call resume().
    ktcp_time resume_due() const { return resume_due_; }
    void resume() noexcept;
    // A connection of this loop has ended: there may be room now.
    void connection_ended() noexcept {
        if (resume_due_ != KTCP_NEVER)
            resume_due_ = worker_.now.monotonic;
    }
    void close() noexcept;

private:
    void pause() noexcept;
    void watch(bool on) noexcept;
    bool make_room() noexcept;

    Worker& worker_;
    const int epoll_;
    const uint64_t first_tag_;
    struct Listener {
        Descriptor socket;
        int left; // accepts in this round
    };
    std::vector<Listener> listeners_;
    ktcp_time resume_due_ = KTCP_NEVER;
    int per_round_ = 1; // accepts, for each listener
    int crowded_rounds_ = 0;
};

} // namespace ktcp::user
