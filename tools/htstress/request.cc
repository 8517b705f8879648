// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The way out: connections, and requests onto them.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "clock.hh"
#include "worker.hh"

namespace htstress {

using State = Connection::State;

// Edge-triggered: a level-triggered socket is polled once more at each epoll_wait. EPOLLRDHUP
// tells that everything the server will ever send is in the socket already.
constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLET;

// How many connections may fail at once before the others of this thread have their turn.
constexpr unsigned turns = 8;

// Gives the connection what there is to do, until it waits for something or nothing is left. A loop
// and not a recursion: against a server that is down, every request is over at once.
void Worker::settle(Connection& c) {
    do {
        if (!paced_ && c.state != State::ending)
            while (!c.full() && claim()) {
                c.push({now_, now_, run_.next_resource()});
                ++in_flight_;
            }
    } while (!c.empty() && !flush(c) && !put_off(c));
}

// Where connections are refused, one would take all the requests that there are: after some it
// goes on in the next round, and this says so.
bool Worker::put_off(Connection& c) {
    if (++failed_turns_ % turns != 0)
        return false;
    if (!c.put_off && !(paced_ && c.empty())) {
        c.put_off = true;
        put_off_.push_back(&c);
    }
    return true;
}

// Those which were put off go on; they may be put off again.
void Worker::settle_put_off() {
    put_off_.swap(to_serve_);
    for (Connection* c : to_serve_) {
        c->put_off = false;
        settle(*c);
    }
    to_serve_.clear();
}

bool Worker::claim() {
    if (claimed_ == 0) {
        report_done();
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

bool Worker::flush(Connection& c) {
    if (c.state == State::closed)
        return connect(c);
    if (c.state == State::open && !c.blocked)
        return send_requests(c);
    return true;
}

// On loopback the handshake is over when connect() returns (though it says EINPROGRESS), so the
// request goes out at once; elsewhere send() says EAGAIN and EPOLLOUT announces the connection.
bool Worker::connect(Connection& c) {
    if (c.since == 0)
        c.since = now_;
    c.fd = socket(target_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c.fd < 0)
        return cannot_connect(c, "socket", errno);
    if (target_.address.ss_family != AF_UNIX && keep_alive_) {
        const int on = 1;
        setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    const auto* address = reinterpret_cast<const sockaddr*>(&target_.address);
    if ((target_.loopback4 && !run_.sources().apply(c.fd)) ||
        (::connect(c.fd, address, target_.address_length) < 0 && errno != EINPROGRESS))
        return cannot_connect(c, "connect", errno);
    const ssize_t n = send_some(c);
    if (n >= 0) {
        connected(c);
        return watch(c, c.sent < c.count());
    }
    if (errno == EAGAIN || errno == ENOTCONN) {
        c.state = State::connecting;
        return watch(c, true);
    }
    // ECONNREFUSED and the like end the requests here as they would in on_event().
    return cannot_connect(c, "connect", errno);
}

bool Worker::connected(Connection& c) {
    c.parser.reset();
    c.state = State::open;
    c.ready = now_;
    c.since = 0;
    c.refused = 0;
    return true;
}

bool Worker::cannot_connect(Connection& c, const char* operation, int error) {
    now_ = ktcp::tools::monotonic_ns();
    if (error == EADDRNOTAVAIL || error == EAGAIN) {
        // No port on this side, or no room in a unix socket's backlog: both pass.
        const std::uint64_t since = c.since;
        close_socket(c);
        c.since = since;
        c.refused = error;
        c.state = State::paused;
        tally_.backlog_waits += error == EAGAIN;
        if (error == EADDRNOTAVAIL) {
            ++tally_.port_waits;
            if (target_.loopback4)
                run_.sources().skip();
        }
        return true;
    }
    if (error == ECONNRESET || error == EPIPE)
        lost(c, "connect", error); // there was a connection, and it was ended at once
    else
        all_failed(c, Failure::connect, operation, error);
    return false;
}

// Begins to watch a new connection; `out`: for room to send in, too.
bool Worker::watch(Connection& c, bool out) {
    epoll_event event{};
    event.events = out ? reading | EPOLLOUT : reading;
    event.data.ptr = &c;
    if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, c.fd, &event) == 0) {
        c.watches_out = out;
        c.blocked = out && c.state == State::open;
        return true;
    }
    all_failed(c, Failure::connect, "epoll_ctl", errno);
    return false;
}

// One send for all that can go at once. Returns as send() does.
ssize_t Worker::send_some(Connection& c) {
    const std::vector<std::string>& requests = target_.requests;
    ssize_t n = 0;
    if (c.sent + 1 == c.count()) {
        const std::string& request = requests[c.at(c.sent).request];
        n = ::send(c.fd, request.data() + c.part, request.size() - c.part, MSG_NOSIGNAL);
    } else {
        msghdr message{};
        message.msg_iov = pieces_.data();
        for (unsigned i = c.sent; i < c.count(); ++i) {
            const std::string& request = requests[c.at(i).request];
            const std::size_t out = i == c.sent ? c.part : 0;
            pieces_[message.msg_iovlen++] = {const_cast<char*>(request.data()) + out,
                                             request.size() - out};
        }
        n = sendmsg(c.fd, &message, MSG_NOSIGNAL);
    }
    if (n <= 0)
        return n;
    c.part += static_cast<std::size_t>(n);
    while (c.sent < c.count() && c.part >= requests[c.at(c.sent).request].size())
        c.part -= requests[c.at(c.sent++).request].size();
    return n;
}

bool Worker::send_requests(Connection& c) {
    while (c.sent < c.count()) {
        if (send_some(c) >= 0)
            continue;
        if (errno != EAGAIN) {
            lost(c, "send", errno);
            return false;
        }
        // The socket's buffer is full: the server does not take them as fast.
        c.blocked = true;
        if (!c.watches_out) {
            epoll_event event{};
            event.events = reading | EPOLLOUT;
            event.data.ptr = &c;
            epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, c.fd, &event);
            c.watches_out = true;
        }
        return true;
    }
    return true;
}

} // namespace htstress
