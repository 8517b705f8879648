// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "orders.hh"

#include "start_error.hh"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

void ring(const Descriptor& bell) noexcept {
    uint64_t one = 1;
    while (write(bell.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
}

} // namespace

Orders::Orders() : given_(eventfd(0, EFD_CLOEXEC)), aborted_(eventfd(0, EFD_CLOEXEC)) {
    if (!given_ || !aborted_)
        throw StartError::with_errno("cannot create an eventfd",
                                     "raise the limit of open files (ulimit -n)");
}

void Orders::drain(ktcp_time until) noexcept {
    until_.store(until, std::memory_order_relaxed);
    order_.store(Order::drain, std::memory_order_release);
    ring(given_);
}

void Orders::abort() noexcept {
    order_.store(Order::abort, std::memory_order_release);
    ring(given_);
    ring(aborted_);
}

void Orders::wait(Order known, ktcp_time now, ktcp_time due) const noexcept {
    pollfd change = {changed_fd(known), POLLIN, 0};
    poll(&change, 1, timeout_ms(now, due));
}

ktcp_time monotonic_time() noexcept {
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<ktcp_time>(now.tv_sec) * KTCP_SECOND + static_cast<ktcp_time>(now.tv_nsec);
}

// The coarse clock is up to a tick of 10 ms behind the precise one, by which poll waits.
int timeout_ms(ktcp_time now, ktcp_time due) noexcept {
    if (due == KTCP_NEVER)
        return -1;
    if (due <= now)
        return 0;
    return static_cast<int>(std::min<ktcp_time>((due - now) / KTCP_MILLISECOND + 11, INT_MAX));
}

} // namespace ktcp::user
