// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "worker.hh"

#include <sys/epoll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "clock.hh"

namespace htstress {
namespace {

using State = Connection::State;

constexpr std::size_t buffer_size = 256 * 1024;

std::uint64_t ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

} // namespace

Worker::Worker(Run& run, unsigned index)
    : run_(run), target_(run.target()), keep_alive_(run.options().keep_alive),
      paced_(run.options().rate > 0), index_(index) {
    const std::size_t depth = run.options().pipeline;
    flights_.resize(run.options().concurrency * depth);
    const ResponseParser parser(memo_, target_.bodiless, run.body_check().needs_sum());
    connections_.reserve(run.options().concurrency);
    for (std::size_t i = 0; i < run.options().concurrency; ++i)
        connections_.emplace_back(parser, &flights_[i * depth], static_cast<unsigned>(depth));
    buffer_.resize(buffer_size);
    pieces_.resize(depth);
    to_serve_.reserve(connections_.size());
    put_off_.reserve(connections_.size());
    if (paced_) {
        free_.resize(flights_.size());
        for (std::size_t i = 0; i < depth; ++i)
            for (Connection& c : connections_)
                free_[free_count_++] = &c;
    }
}

Worker::~Worker() {
    for (Connection& c : connections_)
        close_socket(c);
}

// Time-outs shorter than some ticks want shorter ticks. So do unix sockets: a full backlog is tried
// again at ticks, and has room long before a tenth of a second is over.
std::string Worker::open() {
    const double shortest = std::min(run_.options().timeout, run_.options().connect_timeout);
    const double longest =
        target_.address.ss_family == AF_UNIX ? 10e6 : double{ktcp::tools::TickingEpoll::tick_ns};
    return epoll_.open(static_cast<long>(std::clamp(shortest * 1e9 / 4, 1e6, longest)));
}

void Worker::work() {
    // To wake when a request is due, and not when it suits the system: 50 us later by default.
    if (paced_)
        prctl(PR_SET_TIMERSLACK, 1UL);
    run_.meet();
    if (run_.options().warmup > 0 || run_.options().warmup_seconds > 0) {
        run_phase();
        tally_ = Tally{};
        failures_told_ = 0;
        run_.meet();
    }
    run_phase();
    run_.meet();
}

void Worker::run_phase() {
    now_ = ktcp::tools::monotonic_ns();
    stop_ = run_.deadline() ? run_.deadline() : ~std::uint64_t{0};
    claimed_ = 0;
    late_ = false;
    if (paced_) {
        schedule_ = run_.schedule(index_);
        begin_due();
    } else {
        for (Connection& c : connections_)
            settle(c);
    }

    std::array<epoll_event, 256> events{};
    const int room = static_cast<int>(events.size());
    while (in_flight_ > 0 || !put_off_.empty() || (paced_ && more_due())) {
        const int n = paced_
                          ? wait_paced(events.data(), room)
                          : epoll_wait(epoll_.fd(), events.data(), room, put_off_.empty() ? -1 : 0);
        if (n < 0 && errno != EINTR) {
            for (Connection& c : connections_)
                all_failed(c, Failure::connect, "epoll_wait", errno);
            break;
        }
        // An edge comes at most once per socket in a batch, and handling one connection never
        // closes another's socket, so that no event here can be stale. A tick does close sockets:
        // it comes last. So does an answer that is there come before a time-out.
        bool tick = false;
        for (int i = 0; i < n; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr)
                on_event(*static_cast<Connection*>(event.data.ptr), event.events);
            else
                tick = true;
        }
        if (tick)
            on_tick();
        if (!put_off_.empty())
            settle_put_off();
        if (paced_)
            begin_due();
    }
    if (paced_)
        tally_.never_begun += schedule_.missed(now_);
    report_done();
}

void Worker::on_event(Connection& c, std::uint32_t events) {
    if (c.state == State::connecting) {
        if (events & (EPOLLERR | EPOLLHUP)) {
            int error = 0;
            socklen_t size = sizeof error;
            getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &error, &size);
            cannot_connect(c, "connect", error ? error : ECONNRESET);
            settle(c);
            return;
        }
        if (!(events & EPOLLOUT))
            return;
        now_ = ktcp::tools::monotonic_ns();
        connected(c);
        settle(c);
    } else if (c.blocked && events & EPOLLOUT) {
        c.blocked = false;
        settle(c);
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR) &&
        (c.state == State::open || c.state == State::ending))
        receive(c, events);
}

void Worker::on_tick() {
    if (!epoll_.take_tick())
        return;
    now_ = ktcp::tools::monotonic_ns();
    const bool interrupted = run_.interrupted() != 0;
    for (Connection& c : connections_) {
        if (c.empty())
            continue;
        if (interrupted) {
            in_flight_ -= c.count(); // abandoned: count as nothing
            while (!c.empty())
                c.pop();
            close_socket(c);
        } else {
            check_time(c);
        }
    }
    report_done();
}

void Worker::check_time(Connection& c) {
    const Options& options = run_.options();
    if (c.state == State::paused || c.state == State::connecting) {
        if (now_ - c.since > ns(options.connect_timeout))
            all_failed(c, c.refused == EADDRNOTAVAIL ? Failure::connect : Failure::timeout,
                       "connect", c.refused == EADDRNOTAVAIL ? EADDRNOTAVAIL : ETIMEDOUT);
        else if (c.state == State::connecting)
            return;
        else
            c.state = State::closed; // tries again
        settle(c);
        return;
    }
    const std::uint64_t limit = ns(options.timeout);
    if (now_ - std::max(c.front().started, c.ready) <= limit)
        return;
    if (c.state == State::ending)
        failed(c, Failure::timeout, "waiting for the end of the connection after the answer",
               ETIMEDOUT);
    else
        while (!c.empty() && now_ - std::max(c.front().started, c.ready) > limit)
            failed(c, Failure::timeout, "request", ETIMEDOUT);
    drop(c);
    settle(c);
}

void Worker::report_done() {
    const std::uint64_t failures = tally_.requests() - tally_.good;
    run_.done(finished_, failures - failures_told_);
    finished_ = 0;
    failures_told_ = failures;
}

} // namespace htstress
