// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "persistent_worker.hh"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "clock.hh"

namespace bench {
namespace {

constexpr std::size_t largest_buffer = 256 * 1024;

} // namespace

PersistentWorker::PersistentWorker(PersistentRun& run, unsigned index)
    : run_(run), index_(index), common_(common_message(run.options().size)),
      buffer_(std::min(run.options().size + 1, largest_buffer)) {}

std::string PersistentWorker::connect_all() {
    if (std::string fault = epoll_.open(); !fault.empty())
        return fault;
    const Options& options = run_.options();
    connections_.resize(options.connections);
    for (unsigned i = 0; i < options.connections; ++i) {
        Connection& c = connections_[i];
        if (run_.failed())
            return {};
        if (std::string fault = connect(c); !fault.empty())
            return fmt::format("connection {} of {}: {}", i, options.connections, fault);
        if (options.unique)
            c.own.resize(options.size);
    }
    return {};
}

std::string PersistentWorker::connect(Connection& c) {
    if (std::string fault = c.client.connect(run_.endpoint(), run_.options().timeout);
        !fault.empty())
        return fault;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &c;
    if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, c.client.fd(), &event) < 0)
        return fmt::format("epoll_ctl: {}; raise /proc/sys/fs/epoll/max_user_watches",
                           std::strerror(errno));
    return {};
}

void PersistentWorker::work() {
    if (std::string fault = connect_all(); !fault.empty())
        run_.fail(fault);
    if (!run_.meet())
        return;
    if (run_.options().warmup > 0) {
        run_phase();
        latency_.clear();
        if (!run_.meet())
            return;
    }
    run_phase();
    // The verdict is in the run's fault(); what was measured until then stays.
    (void)run_.meet();
}

void PersistentWorker::run_phase() {
    now_ = ktcp::tools::monotonic_ns();
    claimed_ = 0;
    in_flight_ = 0;
    for (Connection& c : connections_)
        next_message(c);

    std::array<epoll_event, 256> events{};
    while (in_flight_ > 0 && !run_.failed()) {
        const int n = epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), -1);
        if (n < 0 && errno != EINTR) {
            run_.fail(fmt::format("epoll_wait: {}", std::strerror(errno)));
            return;
        }
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

void PersistentWorker::on_event(Connection& c, std::uint32_t events) {
    if (c.busy && c.sent < message_of(c).size() && events & EPOLLOUT && !send(c))
        return;
    // While nothing is in flight only a fault can come: an end, or bytes that nobody asked for.
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        receive(c, events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
}

void PersistentWorker::on_tick() {
    if (!epoll_.take_tick())
        return;
    now_ = ktcp::tools::monotonic_ns();
    const auto limit = static_cast<std::uint64_t>(run_.options().timeout * 1e9);
    for (const Connection& c : connections_)
        if (c.busy && now_ - c.started > limit) {
            fail(c, fmt::format("echo: timed out after {:g} s, {} bytes are missing",
                                run_.options().timeout, c.echo.missing()));
            return;
        }
}

void PersistentWorker::next_message(Connection& c) {
    c.busy = false;
    if (!claim())
        return;
    if (run_.options().unique)
        write_unique(c.own,
                     std::uint64_t{index_} * connections_.size() +
                         static_cast<std::uint64_t>(&c - connections_.data()) + 1,
                     c.turn);
    ++c.turn;
    c.busy = true;
    ++in_flight_;
    c.sent = 0;
    c.echo.begin(message_of(c));
    c.started = now_;
    if (run_.options().reconnect) {
        // The first one of the run is there already, unused. On loopback connecting does not wait.
        if (c.turn > 1)
            c.client.close();
        if (std::string fault = c.turn > 1 ? connect(c) : std::string{}; !fault.empty()) {
            fail(c, fault);
            return;
        }
    }
    send(c);
}

bool PersistentWorker::send(Connection& c) {
    const std::vector<char>& message = message_of(c);
    while (c.sent < message.size()) {
        const ssize_t n = ::send(c.client.fd(), message.data() + c.sent, message.size() - c.sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) {
            c.sent += static_cast<std::size_t>(n);
        } else if (errno == EAGAIN) {
            return true; // there will be an edge when there is room
        } else if (errno != EINTR) {
            fail(c, fmt::format("send: {}", std::strerror(errno)));
            return false;
        }
    }
    return true;
}

void PersistentWorker::receive(Connection& c, bool ended) {
    for (;;) {
        // One byte more than is due is asked for: it must not be there.
        const std::size_t most =
            std::min(buffer_.size(), (c.busy ? c.echo.missing() : std::size_t{0}) + 1);
        const ssize_t n = ::recv(c.client.fd(), buffer_.data(), most, MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            if (errno != EAGAIN)
                fail(c, fmt::format("receive: {}", std::strerror(errno)));
            return;
        }
        if (n == 0) {
            fail(c, c.busy ? fmt::format("closed by the server after {} bytes of the echo, {} are "
                                         "missing",
                                         c.echo.received(), c.echo.missing())
                           : "closed by the server between two messages");
            return;
        }
        if (!c.busy) {
            fail(c, "bytes came that are no echo");
            return;
        }
        if (!c.echo.take({buffer_.data(), static_cast<std::size_t>(n)}, c.sent)) {
            fail(c, c.echo.fault());
            return;
        }
        if (c.echo.complete()) {
            now_ = ktcp::tools::monotonic_ns();
            latency_.record(now_ - c.started);
            --in_flight_;
            ++finished_;
            next_message(c);
            // An event of the connection that was closed; the new one makes its own.
            if (run_.options().reconnect)
                return;
            // What comes next makes an edge of its own, unless it is the end, which came with this.
            if (!ended || !c.busy)
                return;
        } else if (static_cast<std::size_t>(n) < most && !ended) {
            return; // all that was there; the rest makes an edge
        }
    }
}

bool PersistentWorker::claim() {
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
    --claimed_;
    return true;
}

void PersistentWorker::fail(const Connection& c, const std::string& fault) {
    run_.fail(fmt::format("thread {}, connection {}, round trip {}: {}", index_,
                          &c - connections_.data(), c.turn, fault));
}

} // namespace bench
