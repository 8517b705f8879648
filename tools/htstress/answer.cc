// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The way in: answers, and the ends of connections.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>

#include "clock.hh"
#include "worker.hh"

namespace htstress {

using State = Connection::State;

void Worker::receive(Connection& c, std::uint32_t events) {
    const bool hang_up = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    for (;;) {
        const ssize_t n = ::recv(c.fd, buffer_.data(), buffer_.size(), 0);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            if (n == 0) {
                now_ = ktcp::tools::monotonic_ns(); // when the next request is begun, too
                on_end_of_input(c);
            } else {
                lost(c, "recv", errno);
            }
            break;
        }
        tally_.received_bytes += static_cast<std::uint64_t>(n);
        const std::string_view data(buffer_.data(), static_cast<std::size_t>(n));
        if (run_.options().debug)
            std::fwrite(data.data(), 1, data.size(), stderr);
        if (!take(c, data))
            break;
        // A read that does not fill the buffer has emptied the socket (epoll(7), question 9).
        if (data.size() == buffer_.size())
            continue;
        if (!hang_up)
            break;
        // The end came with the answer, for which the clock was read just now.
        if (c.state == State::ending) {
            on_end_of_input(c);
            break;
        }
    }
    settle(c);
}

// Gives what came to the answers that are awaited; false when the connection is closed for it.
bool Worker::take(Connection& c, std::string_view data) {
    bool clock_read = false;
    while (!data.empty()) {
        if (c.sent == 0 && c.part == 0) {
            surplus(c, data);
            return false;
        }
        if (c.state == State::ending) {
            bad(c, Failure::body, "more data than announced");
            drop(c);
            return false;
        }
        std::size_t used = 0;
        const ResponseParser::Result result = c.parser.feed(data, used);
        if (result == ResponseParser::Result::incomplete)
            return true;
        // Answers that come together have come at one time.
        if (!clock_read)
            now_ = ktcp::tools::monotonic_ns();
        clock_read = true;
        if (result == ResponseParser::Result::malformed) {
            bad(c, Failure::body, c.parser.fault());
            drop(c);
            return false;
        }
        data.remove_prefix(used);
        c.answered = now_;
        if (!on_answer(c, data.size()))
            return false;
    }
    return true;
}

// The first one's whole answer is there. False when the connection was closed.
bool Worker::on_answer(Connection& c, std::size_t left_over) {
    // What is left over belongs to the next answer, if another one is awaited.
    if (left_over > 0 && c.sent <= 1) {
        bad(c, Failure::body, "more data than announced");
        drop(c);
        return false;
    }
    const bool keep = keep_alive_ && c.parser.persistent() && c.sent > 0;
    c.reused = true;
    if (!is_good(c)) {
        if (keep)
            c.parser.reset();
        else
            drop(c);
        return keep;
    }
    if (keep) {
        good(c);
        c.parser.reset();
    } else {
        // The server closes first, and what it sends until then is part of the check. It also
        // leaves TIME-WAIT with the server, where it takes no port from this side.
        c.state = State::ending;
    }
    return true;
}

// Is the whole answer what was asked for? If not, that is how the request ends.
bool Worker::is_good(Connection& c) {
    const unsigned status = c.parser.status();
    if (status >= 400) {
        bad(c, Failure::status, "status", status);
        return false;
    }
    if (target_.status && status != target_.status) {
        bad(c, Failure::status, "206 (part of the content) was asked for: status", status);
        return false;
    }
    if (const char* fault = run_.body_check().fault(c.front().request, c.parser.body_bytes(),
                                                    c.parser.body_sum())) {
        bad(c, Failure::body, fault);
        return false;
    }
    return true;
}

void Worker::on_end_of_input(Connection& c) {
    if (c.state == State::ending) {
        tally_.reconnects += keep_alive_;
        good(c);
        drop(c);
        return;
    }
    if (c.empty() || !c.parser.started()) {
        lost(c, "recv", 0);
        return;
    }
    c.answered = now_;
    if (c.parser.end_of_input() != ResponseParser::Result::complete)
        bad(c, Failure::body, c.parser.fault());
    else if (is_good(c))
        good(c);
    drop(c);
}

// The connection broke. A server may close a persistent connection at any time (a limit of
// requests, its idle time-out): if nothing of the answer had come, the request is made again on
// a new one (RFC 9112 section 9.3.1), which is not an error. If it ends a new connection without
// any answer, the first request's is what it does not give.
void Worker::lost(Connection& c, const char* operation, int error) {
    now_ = ktcp::tools::monotonic_ns();
    if (c.empty()) {
        tally_.reconnects += c.reused;
    } else if (c.state == State::ending) {
        // The answer was complete; an RST in place of a FIN takes nothing from it.
        tally_.reconnects += keep_alive_;
        good(c);
    } else if (c.parser.started() || !c.reused) {
        failed(c, Failure::reset, operation, error);
    } else {
        ++tally_.reconnects;
    }
    drop(c);
}

} // namespace htstress
