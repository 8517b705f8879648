// SPDX-License-Identifier: MIT OR GPL-2.0-only
// How requests end, and what is counted then.
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "worker.hh"

namespace htstress {
namespace {

// What it means, where the system's own words mislead.
std::string explain(const char* operation, const std::string& name, int error) {
    if (error == EADDRNOTAVAIL)
        return fmt::format(
            "connect {}: this machine has run out of ports for it (each connection that is closed "
            "here first keeps its port for a minute, in TIME-WAIT). The server is not to blame. "
            "Keep connections (-k), or widen net.ipv4.ip_local_port_range, or set "
            "net.ipv4.tcp_tw_reuse=1",
            name);
    if (error == EMFILE || error == ENFILE)
        return fmt::format("{}: {}: use fewer connections, or raise the limit (ulimit -n)",
                           operation, std::strerror(error));
    return fmt::format("{} {}: {}", operation, name,
                       error ? std::strerror(error) : "closed without an answer");
}

} // namespace

void Worker::good(Connection& c) {
    const Flight& flight = c.front();
    ++tally_.good;
    tally_.late_good += now_ > stop_;
    tally_.body_bytes += c.parser.body_bytes();
    tally_.latency.record(c.answered - flight.due);
    if (paced_)
        tally_.service.record(c.answered - flight.started);
    over(c);
}

// Answered, but not as it should be.
void Worker::bad(Connection& c, Failure kind, const char* why, unsigned status) {
    const auto which = static_cast<std::size_t>(kind);
    ++tally_.failures[which];
    if (tally_.first[which].empty())
        tally_.first[which] = status ? fmt::format("{} {}", why, status) : why;
    over(c);
}

// Not answered. Returns with the socket as it was.
void Worker::failed(Connection& c, Failure kind, const char* operation, int error) {
    const auto which = static_cast<std::size_t>(kind);
    ++tally_.failures[which];
    if (tally_.first[which].empty())
        tally_.first[which] = explain(operation, target_.name, error);
    over(c);
}

void Worker::all_failed(Connection& c, Failure kind, const char* operation, int error) {
    while (!c.empty())
        failed(c, kind, operation, error);
    close_socket(c);
}

// Something came that no request awaits. A server may say by 408 that it is about to close a
// connection which it has waited on for too long (RFC 9110 section 15.5.9): that is its close.
// Anything else is a fault of its own; the answers before it were whole, and stay what they were.
void Worker::surplus(Connection& c, std::string_view data) {
    constexpr auto which = static_cast<std::size_t>(Failure::body);
    std::size_t used = 0;
    c.parser.reset();
    if (c.parser.feed(data, used) != ResponseParser::Result::malformed &&
        c.parser.status() == 408) {
        tally_.reconnects += c.reused;
    } else {
        ++tally_.failures[which];
        if (tally_.first[which].empty())
            tally_.first[which] = "data that no request had asked for";
    }
    drop(c);
}

// The first request is over, whatever came of it.
void Worker::over(Connection& c) {
    ++finished_;
    --in_flight_;
    tally_.series.count(now_ - run_.begin());
    tally_.late += now_ > stop_;
    c.pop();
    if (paced_) {
        const std::size_t last = free_first_ + free_count_++;
        free_[last < free_.size() ? last : last - free_.size()] = &c;
    }
}

// Gives the connection up. The requests behind the first are made again on another one, where that
// may be; else nobody knows what the server did with those that were sent.
void Worker::drop(Connection& c) {
    if (!target_.repeatable)
        while (c.sent > 0 || (c.part > 0 && !c.empty()))
            failed(c, Failure::reset, "connection closed before the answer, and not to be repeated",
                   ECONNRESET);
    tally_.resent += c.sent;
    close_socket(c);
}

// Closing takes the socket out of the epoll set as well: nothing else refers to it.
void Worker::close_socket(Connection& c) {
    if (c.fd >= 0)
        ::close(c.fd);
    c.fd = -1;
    c.state = Connection::State::closed;
    c.since = 0;
    c.refused = 0;
    c.sent = 0;
    c.part = 0;
    c.blocked = c.watches_out = c.reused = false;
}

} // namespace htstress
