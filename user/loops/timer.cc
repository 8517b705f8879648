// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/timer.hh"

#include "start_error.hh"

#include <sys/timerfd.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// The coarse clock, by which sessions live, is at most so far behind the precise one,
// by which timers ring.
constexpr ktcp_time clock_tick = 10 * KTCP_MILLISECOND;

} // namespace

Timer::Timer() : fd_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (!fd_)
        throw StartError::with_errno("cannot create a timerfd",
                                     "raise the limit of open files (ulimit -n)");
}

void Timer::ring_at(ktcp_time due) noexcept {
    if (due >= due_)
        return;
    due_ = due;
    ktcp_time ring = due + clock_tick;
    itimerspec time = {};
    time.it_value.tv_sec = static_cast<time_t>(ring / KTCP_SECOND);
    time.it_value.tv_nsec = static_cast<long>(ring % KTCP_SECOND);
    timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &time, nullptr);
}

void Timer::rang() noexcept {
    due_ = KTCP_NEVER;
    uint64_t rings = 0;
    [[maybe_unused]] ssize_t n = read(fd_.get(), &rings, sizeof rings);
}

} // namespace ktcp::user
