// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Requests at a given rate: begun when they are due, on the connection that has been free longest,
// or as soon as one is. A server that stalls does not hold up the schedule, so that those who would
// have come meanwhile are counted with the time that they would have waited.
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "clock.hh"
#include "worker.hh"

namespace htstress {
namespace {

constexpr unsigned rounds = 16; // of beginning requests, before events are looked for again

int wait_until(int epoll, epoll_event* events, int room, std::uint64_t until) {
    const std::uint64_t now = ktcp::tools::monotonic_ns();
    const std::uint64_t left = until > now ? until - now : 0;
    const timespec limit{static_cast<time_t>(left / 1'000'000'000),
                         static_cast<long>(left % 1'000'000'000)};
    const int n = epoll_pwait2(epoll, events, room, &limit, nullptr);
    if (n >= 0 || errno != ENOSYS)
        return n;
    // Before Linux 5.11, and in valgrind: up to a millisecond late.
    const std::uint64_t ms = std::min<std::uint64_t>((left + 999'999) / 1'000'000, 1000);
    return epoll_wait(epoll, events, room, static_cast<int>(ms));
}

} // namespace

bool Worker::more_due() const {
    if (run_.interrupted())
        return false;
    // A window of a given length lasts that long, also when nothing more is due in it; but if the
    // number of requests is given as well, it ends with them.
    return !late_ && !schedule_.all_taken();
}

// What was due before the deadline and is seen in the first look after it is begun still, if there
// is a place for it: it was not the server that was late.
void Worker::begin_due() {
    const bool past = now_ >= stop_;
    // Those which fail at once leave their places free for more, but answers are to be read, too.
    for (unsigned round = 0; round < rounds && !run_.interrupted(); ++round) {
        while (free_count_ > 0 && !late_ && schedule_.more() && schedule_.due() <= now_) {
            Connection& c = *free_[free_first_];
            free_first_ = free_first_ + 1 < free_.size() ? free_first_ + 1 : 0;
            --free_count_;
            c.push({now_, schedule_.due(), run_.next_resource()});
            ++in_flight_;
            schedule_.take();
            if (!c.to_be_served)
                to_serve_.push_back(&c);
            c.to_be_served = true;
        }
        if (to_serve_.empty())
            break;
        // A connection's requests of this round go out together.
        for (Connection* c : to_serve_) {
            c->to_be_served = false;
            settle(*c);
        }
        to_serve_.clear();
    }
    late_ = past;
}

int Worker::wait_paced(epoll_event* events, int room) {
    const std::uint64_t deadline = run_.deadline();
    std::uint64_t until = ~std::uint64_t{0};
    if (!put_off_.empty()) {
        until = now_;
    } else if (more_due()) {
        if (deadline)
            until = deadline;
        if (free_count_ > 0 && schedule_.more())
            until = std::min(until, schedule_.due());
    }
    // The tick wakes it in any case.
    const int n = until == ~std::uint64_t{0} ? epoll_wait(epoll_.fd(), events, room, -1)
                                             : wait_until(epoll_.fd(), events, room, until);
    now_ = ktcp::tools::monotonic_ns();
    return n;
}

} // namespace htstress
