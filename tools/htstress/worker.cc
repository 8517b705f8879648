// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "worker.hh"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "clock.hh"

namespace htstress {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;

} // namespace

Worker::Worker(Run& run)
    : run_(run), request_(run.target().request), keep_alive_(run.options().keep_alive) {
    connections_.reserve(run.options().concurrency);
    for (unsigned i = 0; i < run.options().concurrency; ++i)
        connections_.emplace_back(memo_);
    buffer_.resize(buffer_size);
}

Worker::~Worker() {
    for (Connection& c : connections_)
        close_socket(c);
}

std::string Worker::open() { return epoll_.open(); }

void Worker::work() {
    run_.meet();
    if (run_.options().warmup > 0) {
        run_phase();
        tally_ = Tally{};
        run_.meet();
    }
    run_phase();
    run_.meet();
}

void Worker::run_phase() {
    now_ = ktcp::tools::monotonic_ns();
    claimed_ = 0;
    in_flight_ = connections_.size();
    for (Connection& c : connections_)
        next_request(c);

    std::array<epoll_event, 256> events;
    while (in_flight_ > 0) {
        const int n = epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), -1);
        if (n < 0 && errno != EINTR) {
            count_error("epoll_wait", errno);
            return;
        }
        // An edge comes at most once per socket in a batch, and handling one connection never
        // closes another's socket, so that no event here can be stale.
        for (int i = 0; i < n; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr)
                on_event(*static_cast<Connection*>(event.data.ptr), event.events);
            else
                on_tick();
        }
    }
    run_.done(finished_);
    finished_ = 0;
}

void Worker::on_event(Connection& c, std::uint32_t events) {
    using State = Connection::State;
    if (c.state == State::connecting) {
        if (events & (EPOLLERR | EPOLLHUP)) {
            int error = 0;
            socklen_t size = sizeof error;
            getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &error, &size);
            lost(c, "connect", error ? error : ECONNRESET);
            return;
        }
        if (!(events & EPOLLOUT))
            return;
        c.state = State::sending;
    }
    if (c.state == State::sending && events & EPOLLOUT && !send_request(c)) {
        next_request(c);
        return;
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        if (c.state == State::receiving || c.state == State::ending)
            receive(c, events);
        else if (c.state == State::idle)
            receive_idle(c);
    }
}

void Worker::on_tick() {
    if (!epoll_.take_tick())
        return;
    now_ = ktcp::tools::monotonic_ns();
    const auto limit = static_cast<std::uint64_t>(run_.options().timeout * 1e9);
    const bool interrupted = run_.interrupted();
    for (Connection& c : connections_) {
        if (c.state == Connection::State::idle)
            continue;
        if (interrupted) {
            finish(c, false);
            --finished_; // abandoned: counts as nothing
            next_request(c);
        } else if (now_ - c.started > limit) {
            count_error("request", ETIMEDOUT);
            finish(c, false);
            next_request(c);
        } else if (c.state == Connection::State::paused) {
            if (!begin_request(c))
                next_request(c);
        }
    }
}

bool Worker::claim() {
    if (claimed_ == 0) {
        run_.done(finished_);
        finished_ = 0;
        claimed_ = run_.claim();
        if (claimed_ == 0)
            return false;
    }
    const std::uint64_t deadline = run_.deadline();
    if (deadline && now_ >= deadline)
        return false;
    if (run_.interrupted())
        return false;
    --claimed_;
    return true;
}

void Worker::count_good(const Connection& c) {
    ++tally_.good;
    tally_.body_bytes += c.parser.body_bytes();
    tally_.latency.record(c.answered - c.started);
}

void Worker::count_bad(const char* why, unsigned status) {
    ++tally_.bad;
    if (tally_.first_bad.empty())
        tally_.first_bad = status ? fmt::format("{} {}", why, status) : why;
}

void Worker::count_error(const char* operation, int error) {
    ++tally_.socket_errors;
    if (tally_.first_error.empty())
        tally_.first_error = fmt::format("{} {}: {}", operation, run_.target().name,
                                         error ? std::strerror(error) : "closed without an answer");
}

// The request is over, whatever came of it.
void Worker::finish(Connection& c, bool keep) {
    ++finished_;
    if (!keep)
        close_socket(c);
    c.state = Connection::State::idle;
}

// Closing takes the socket out of the epoll set as well: nothing else refers to it.
void Worker::close_socket(Connection& c) {
    if (c.fd >= 0)
        ::close(c.fd);
    c.fd = -1;
    c.reused = false;
}

} // namespace htstress
