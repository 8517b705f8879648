// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A loop's one timer, as a descriptor to be watched like all others.
#pragma once

#include "posix_files.hh"

namespace ktcp::user {

// A time-out of epoll_wait is set up and taken down each time; this timer is set only
// when something is due before it, which is once in a long while: most deadlines move
// away (Worker::reschedule). If that for which it was set has moved, it rings in vain.
class Timer {
public:
    Timer(); // throws StartError

    int fd() const { return fd_.get(); }
    // Readable when `due` is reached, at the latest; KTCP_NEVER asks for nothing.
    void ring_at(ktcp_time due) noexcept;
    // To be called when it is readable.
    void rang() noexcept;

private:
    Descriptor fd_;
    ktcp_time due_ = KTCP_NEVER;
};

} // namespace ktcp::user
