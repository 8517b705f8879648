// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A connection's way through one request after the other.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>

#include "clock.hh"
#include "worker.hh"

namespace htstress {

using State = Connection::State;

// Edge-triggered: a level-triggered socket is polled once more at each epoll_wait. EPOLLRDHUP
// tells that everything the server will ever send is in the socket already.
constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLET;

// A loop and not a recursion: against a server that is down, every request is over at once.
void Worker::next_request(Connection& c) {
    while (claim()) {
        c.started = now_;
        if (begin_request(c))
            return;
    }
    c.state = State::idle;
    --in_flight_;
}

bool Worker::begin_request(Connection& c) {
    c.parser.reset();
    c.sent = 0;
    if (c.fd < 0)
        return connect(c);
    return send_request(c);
}

// On loopback the handshake is over when connect() returns (though it says EINPROGRESS), so the
// request goes out at once; elsewhere send() says EAGAIN and EPOLLOUT announces the connection.
bool Worker::connect(Connection& c) {
    const Target& target = run_.target();
    c.fd = socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c.fd < 0) {
        count_error("socket", errno);
        now_ = ktcp::tools::monotonic_ns();
        finish(c, false);
        return false;
    }
    if (target.address.ss_family != AF_UNIX && keep_alive_) {
        const int on = 1;
        setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
    if ((target.loopback4 && !run_.sources().apply(c.fd)) ||
        (::connect(c.fd, address, target.address_length) < 0 && errno != EINPROGRESS)) {
        const int error = errno;
        now_ = ktcp::tools::monotonic_ns();
        if (error == EADDRNOTAVAIL || error == EAGAIN) {
            if (error == EADDRNOTAVAIL && target.loopback4)
                run_.sources().skip();
            close_socket(c);
            c.state = State::paused;
            return true;
        }
        count_error("connect", error);
        finish(c, false);
        return false;
    }
    const ssize_t n = ::send(c.fd, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (n == static_cast<ssize_t>(request_.size())) {
        c.sent = request_.size();
        c.state = State::receiving;
        return watch(c, reading);
    }
    if (n >= 0) {
        c.sent = static_cast<std::size_t>(n);
        c.state = State::sending;
        return watch(c, reading | EPOLLOUT);
    }
    // ECONNREFUSED and the like end the request here as they would in on_event().
    if (errno == EAGAIN || errno == ENOTCONN) {
        c.state = State::connecting;
        return watch(c, reading | EPOLLOUT);
    }
    count_error("connect", errno);
    now_ = ktcp::tools::monotonic_ns();
    finish(c, false);
    return false;
}

bool Worker::watch(Connection& c, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &c;
    if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, c.fd, &event) == 0)
        return true;
    count_error("epoll_ctl", errno);
    finish(c, false);
    return false;
}

bool Worker::send_request(Connection& c) {
    const ssize_t n =
        ::send(c.fd, request_.data() + c.sent, request_.size() - c.sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        if (c.reused) {
            ++tally_.reconnects;
            close_socket(c);
            c.sent = 0;
            return connect(c);
        }
        count_error("send", errno);
        now_ = ktcp::tools::monotonic_ns();
        finish(c, false);
        return false;
    }
    if (n > 0)
        c.sent += static_cast<std::size_t>(n);
    if (c.sent == request_.size()) {
        c.state = State::receiving;
        return true;
    }
    if (c.state != State::sending) {
        // A short send on an open connection: the request is larger than the socket's buffer.
        c.state = State::sending;
        epoll_event event{};
        event.events = reading | EPOLLOUT;
        event.data.ptr = &c;
        epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, c.fd, &event);
    }
    return true;
}

void Worker::receive(Connection& c, std::uint32_t events) {
    const bool hang_up = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    for (;;) {
        const ssize_t n = ::recv(c.fd, buffer_.data(), buffer_.size(), 0);
        if (n < 0) {
            if (errno == EAGAIN)
                return;
            lost(c, "recv", errno);
            return;
        }
        if (n == 0) {
            on_end_of_input(c);
            return;
        }
        const std::string_view data(buffer_.data(), static_cast<std::size_t>(n));
        if (run_.options().debug)
            std::fwrite(data.data(), 1, data.size(), stderr);
        // A read that does not fill the buffer has emptied the socket (epoll(7), question 9).
        const bool emptied = data.size() < buffer_.size();
        if (c.state == State::ending) {
            count_bad("more data than announced", 0);
            finish(c, false);
            next_request(c);
            return;
        }
        std::size_t used = 0;
        switch (c.parser.feed(data, used)) {
        case ResponseParser::Result::malformed:
            now_ = ktcp::tools::monotonic_ns();
            count_bad(c.parser.fault(), 0);
            finish(c, false);
            next_request(c);
            return;
        case ResponseParser::Result::complete:
            now_ = c.answered = ktcp::tools::monotonic_ns();
            on_answer(c, data.size() - used, emptied && hang_up);
            if (c.state != State::ending || emptied)
                return;
            break;
        case ResponseParser::Result::incomplete:
            if (emptied && !hang_up)
                return;
            break;
        }
    }
}

// The whole answer is there. `at_end`: and the server has closed behind it.
void Worker::on_answer(Connection& c, std::size_t left_over, bool at_end) {
    const unsigned status = c.parser.status();
    if (left_over > 0 || status >= 400) {
        if (left_over > 0)
            count_bad("more data than announced", 0);
        else
            count_bad("status", status);
        const bool keep = keep_alive_ && c.parser.persistent() && left_over == 0;
        c.reused = true;
        finish(c, keep);
        next_request(c);
        return;
    }
    if (keep_alive_ && c.parser.persistent()) {
        count_good(c);
        c.reused = true;
        finish(c, true);
        next_request(c);
        return;
    }
    // The server closes first, and what it sends until then is part of the check. It also leaves
    // TIME-WAIT with the server, where it takes no port from this side.
    c.state = State::ending;
    if (at_end)
        on_end_of_input(c);
}

void Worker::on_end_of_input(Connection& c) {
    if (c.reused && !c.parser.started()) {
        lost(c, "recv", 0);
        return;
    }
    if (c.state != State::ending) {
        now_ = c.answered = ktcp::tools::monotonic_ns();
        if (!c.parser.started()) {
            lost(c, "recv", 0);
            return;
        }
        if (c.parser.end_of_input() != ResponseParser::Result::complete) {
            count_bad(c.parser.fault(), 0);
            finish(c, false);
            next_request(c);
            return;
        }
        if (c.parser.status() >= 400) {
            count_bad("status", c.parser.status());
            finish(c, false);
            next_request(c);
            return;
        }
    }
    count_good(c);
    finish(c, false);
    next_request(c);
}

// The connection broke. A server may close a persistent connection at any time (a limit of
// requests, its idle time-out): if nothing of the answer had come, the request is made again on
// a new one (RFC 9112 section 9.3.1), which is not an error.
void Worker::lost(Connection& c, const char* operation, int error) {
    if (c.state == State::ending) {
        // The answer was complete; an RST in place of a FIN takes nothing from it.
        count_good(c);
    } else if (c.reused && !c.parser.started()) {
        ++tally_.reconnects;
        close_socket(c);
        if (!begin_request(c))
            next_request(c);
        return;
    } else {
        count_error(operation, error);
        now_ = ktcp::tools::monotonic_ns();
    }
    finish(c, false);
    next_request(c);
}

// Something happened on a kept connection while there was no request to make.
void Worker::receive_idle(Connection& c) {
    const ssize_t n = ::recv(c.fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n > 0) {
        // Belongs to the answer before it, which was counted as good.
        if (tally_.good > 0)
            --tally_.good;
        count_bad("more data than announced", 0);
    }
    close_socket(c);
}

} // namespace htstress
