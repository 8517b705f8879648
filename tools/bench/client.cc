// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "client.hh"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "clock.hh"

namespace bench {
namespace {

std::string timed_out(const char* what, double timeout) {
    return fmt::format("{}: timed out after {:g} s", what, timeout);
}

timeval to_timeval(double seconds) {
    const double whole = std::floor(seconds);
    return {static_cast<time_t>(whole),
            std::max<suseconds_t>(1, static_cast<suseconds_t>((seconds - whole) * 1e6))};
}

} // namespace

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), timeout_(other.timeout_) {}

void Client::close() {
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
}

std::string Client::connect(const Endpoint& to, double timeout) {
    timeout_ = timeout;
    fd_ = ::socket(to.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
        return fmt::format("socket: {}{}", std::strerror(errno),
                           errno == EMFILE || errno == ENFILE
                               ? "; raise the limit of open files (ulimit -n)"
                               : "");
    // Also the time that connect() may take.
    const timeval limit = to_timeval(timeout);
    const int on = 1;
    if (setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ||
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0 ||
        setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        return fmt::format("setsockopt: {}", std::strerror(errno));
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to.address), to.length) < 0) {
        if (errno == EINPROGRESS)
            return timed_out("connect", timeout);
        return fmt::format("connect: {}{}", std::strerror(errno),
                           errno == ECONNREFUSED ? "; does the server run, and on this port?" : "");
    }
    return {};
}

// As much as fits now.
std::string Client::push(std::span<const char> message, std::size_t& sent) {
    while (sent < message.size()) {
        const ssize_t n =
            ::send(fd_, message.data() + sent, message.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
            sent += static_cast<std::size_t>(n);
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return fmt::format("send: {}, with {} bytes of {} sent", std::strerror(errno), sent,
                               message.size());
    }
    return {};
}

// One piece of the echo. One byte more than is due is asked for: it must not be there.
std::string Client::pull(std::span<char> buffer, std::size_t sent, bool may_wait) {
    const std::size_t most = std::min(buffer.size(), echo_.missing() + 1);
    const ssize_t n = ::recv(fd_, buffer.data(), most, may_wait ? 0 : MSG_DONTWAIT);
    if (n > 0)
        return echo_.take({buffer.data(), static_cast<std::size_t>(n)}, sent) ? std::string{}
                                                                              : echo_.fault();
    if (n == 0)
        return fmt::format("closed by the server after {} bytes of the echo, {} are missing",
                           echo_.received(), echo_.missing());
    if (errno == EINTR || (errno == EAGAIN && !may_wait))
        return {};
    if (errno == EAGAIN)
        return timed_out("echo", timeout_);
    return fmt::format("receive: {}, after {} bytes of the echo, {} are missing",
                       std::strerror(errno), echo_.received(), echo_.missing());
}

std::string Client::wait_both_ways(std::uint64_t deadline) const {
    const std::uint64_t now = ktcp::tools::monotonic_ns();
    const std::uint64_t left = deadline > now ? deadline - now : 0;
    pollfd entry{fd_, POLLIN | POLLOUT, 0};
    // Rounded up: a wait of no length would spin.
    const int n = ::poll(&entry, 1, static_cast<int>(left / 1'000'000 + (left > 0)));
    if (n < 0 && errno != EINTR)
        return fmt::format("poll: {}", std::strerror(errno));
    return n == 0 ? timed_out("echo", timeout_) : std::string{};
}

std::string Client::round_trip(std::span<const char> message, std::span<char> buffer,
                               std::uint64_t& nanoseconds) {
    echo_.begin(message);
    std::size_t sent = 0;
    const std::uint64_t begin = ktcp::tools::monotonic_ns();
    const std::uint64_t deadline = begin + static_cast<std::uint64_t>(timeout_ * 1e9);
    if (std::string fault = push(message, sent); !fault.empty())
        return fault;
    while (!echo_.complete()) {
        const bool all_sent = sent == message.size();
        if (!all_sent) {
            if (std::string fault = wait_both_ways(deadline); !fault.empty())
                return fault;
        }
        if (std::string fault = pull(buffer, sent, all_sent); !fault.empty())
            return fault;
        if (!all_sent) {
            if (std::string fault = push(message, sent); !fault.empty())
                return fault;
        }
        // SO_RCVTIMEO starts anew with each piece.
        if (!echo_.complete() && ktcp::tools::monotonic_ns() > deadline)
            return timed_out("echo", timeout_);
    }
    nanoseconds = ktcp::tools::monotonic_ns() - begin;
    return {};
}

} // namespace bench
