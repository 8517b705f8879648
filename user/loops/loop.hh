// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A server model: how one thread waits for its sockets, and when it drives which
// connection. One file a model; connection.hh is the same under all of them.
#pragma once

#include "posix_files.hh"
#include "worker.hh"

#include <atomic>
#include <memory>
#include <vector>

namespace ktcp::user {

// run() in a thread of its own; drain() and abort() from any thread, in that order
// or abort() alone. The worker is the loop's, and outlives it.
class Loop {
public:
    virtual ~Loop() = default;
    // Until drained or aborted. True if every session ended by itself.
    virtual bool run() noexcept = 0;

    // Close the listeners, let the sessions finish what they have begun, and give up
    // on what is left at `until`, a time of CLOCK_MONOTONIC.
    void drain(ktcp_time until) noexcept {
        drain_until_.store(until, std::memory_order_relaxed);
        order_.store(Order::drain, std::memory_order_release);
        wake();
    }
    void abort() noexcept {
        order_.store(Order::abort, std::memory_order_release);
        wake();
    }

protected:
    enum class Order { serve, drain, abort };
    Order order() const { return order_.load(std::memory_order_acquire); }
    ktcp_time drain_until() const { return drain_until_.load(std::memory_order_relaxed); }
    virtual void wake() noexcept = 0;

private:
    std::atomic<Order> order_{Order::serve};
    std::atomic<ktcp_time> drain_until_{KTCP_NEVER};
};

// Each throws StartError.
std::unique_ptr<Loop> make_epoll_et_loop(Worker& worker, std::vector<Descriptor> listeners);

} // namespace ktcp::user
