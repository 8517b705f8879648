// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// An epoll instance, as the two epoll models use it.
#pragma once

#include "posix_files.hh"

#include <sys/epoll.h>
#include <vector>

namespace ktcp::user {

constexpr uint32_t when(bool wanted, uint32_t events) { return wanted ? events : 0; }

class EpollSet {
public:
    EpollSet(); // throws StartError

    // `word` comes back with each event.
    bool add(int fd, uint32_t events, uint64_t word) noexcept;
    bool change(int fd, uint32_t events, uint64_t word) noexcept;
    // For what a server needs from its start. Throws StartError.
    void require(int fd, uint32_t events, uint64_t word);

    // How many of events() are valid now.
    int wait(bool block) noexcept;
    const epoll_event* events() const { return events_; }

private:
    // Each connection of a batch may hold a buffer with its request until all have been
    // received from.
    static constexpr int batch_size = 32;

    Descriptor fd_;
    epoll_event events_[batch_size]{};
};

} // namespace ktcp::user
