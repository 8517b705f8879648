// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "endpoint.hh"
#include "message.hh"

namespace bench {

// One blocking connection, used by one thread. Each step returns what went wrong in words, or an
// empty string.
class Client {
public:
    Client() = default;
    ~Client() { close(); }
    Client(Client&& other) noexcept;
    Client& operator=(Client&&) = delete;

    // `timeout` in seconds, here and for each round trip.
    [[nodiscard]] std::string connect(const Endpoint& to, double timeout);

    // Sends the message and takes its echo; `nanoseconds` is the time from before the first byte
    // is sent until the last is back. Reads while it writes: a server that echoes as it reads
    // could not take a message that is larger than all buffers otherwise.
    [[nodiscard]] std::string round_trip(std::span<const char> message, std::span<char> buffer,
                                         std::uint64_t& nanoseconds);

    void close();
    [[nodiscard]] int fd() const { return fd_; }

private:
    std::string push(std::span<const char> message, std::size_t& sent);
    std::string pull(std::span<char> buffer, std::size_t sent, bool may_wait);
    std::string wait_both_ways(std::uint64_t deadline) const;

    int fd_ = -1;
    double timeout_ = 0;
    EchoCheck echo_;
};

} // namespace bench
