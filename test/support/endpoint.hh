// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Where a server is, and plain sockets to it. Everything throws std::runtime_error
// (or std::system_error) that says what failed with what.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace ktcp::test {

using Clock = std::chrono::steady_clock;

struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;

    // "HOST:PORT" with a name or an address; IPv6 addresses in brackets.
    static Endpoint parse(std::string_view text);
};

class Socket {
public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept;
    ~Socket() { close(); }

    // receive_buffer: SO_RCVBUF before connecting, 0 for the default.
    static Socket connect(const Endpoint& to, bool blocking = true, int receive_buffer = 0);

    int fd() const { return fd_; }
    bool open() const { return fd_ >= 0; }
    void close();
    void reset(); // RST instead of FIN

    // Sends everything or returns false if the peer has ended the connection.
    bool send_all(std::string_view bytes) const;

    enum class Got { data, end, reset, timeout };
    // Waits at most until `until`; `size` is the number of bytes of data.
    Got receive(char* to, size_t most, Clock::time_point until, size_t& size) const;
    // Appends all that comes until then, or until the connection ends; never says data.
    Got receive_all(std::string& bytes, Clock::time_point until) const;

private:
    int fd_ = -1;
};

} // namespace ktcp::test
