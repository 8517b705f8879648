// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a server tells its workers, threads and child processes alike: go on, drain, abort.
#pragma once

#include "posix_files.hh"

#include <atomic>

namespace ktcp::user {

enum class Order { serve, drain, abort };

// Given by any thread of the server's process, in this order; each may be left out. The
// object lies in memory that children share (shared_memory.hh), and its descriptors are
// inherited. Neither is ever read from: once readable, they stay so, for everybody.
class Orders {
public:
    Orders(); // throws StartError

    // Close the listeners, let the sessions finish what they have begun, and give up
    // on what is left at `until`, a time of CLOCK_MONOTONIC.
    void drain(ktcp_time until) noexcept;
    void abort() noexcept;

    Order current() const noexcept { return order_.load(std::memory_order_acquire); }
    ktcp_time drain_until() const noexcept { return until_.load(std::memory_order_relaxed); }

    // Readable once the order is another than `known` (serve or drain).
    int changed_fd(Order known) const noexcept {
        return known == Order::serve ? given_.get() : aborted_.get();
    }
    // Waits for that, at most until `due`.
    void wait(Order known, ktcp_time now, ktcp_time due) const noexcept;

private:
    std::atomic<Order> order_{Order::serve};
    std::atomic<ktcp_time> until_{KTCP_NEVER};
    Descriptor given_;   // an order to drain or to abort
    Descriptor aborted_; // an order to abort
};

// By the precise clock, which is never behind the coarse one that workers read.
ktcp_time monotonic_time() noexcept;

// A time-out for poll and its like that is over when now reaches `due`, in milliseconds;
// -1: none. Times are those of the coarse clock, by which sessions live (worker.hh).
int timeout_ms(ktcp_time now, ktcp_time due) noexcept;

} // namespace ktcp::user
