// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/endpoint.hh"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace ktcp::test {

Endpoint Endpoint::parse(std::string_view text) {
    size_t colon = text.rfind(':');
    if (colon == text.npos || colon + 1 == text.size())
        throw std::runtime_error("'" + std::string(text) + "' is not HOST:PORT");
    std::string host(text.substr(0, colon)), port(text.substr(colon + 1));
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
        throw std::runtime_error("cannot resolve " + std::string(text) + ": " +
                                 gai_strerror(error));
    Endpoint endpoint;
    memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
    endpoint.size = found->ai_addrlen;
    freeaddrinfo(found);
    return endpoint;
}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Socket Socket::connect(const Endpoint& to, bool blocking, int receive_buffer) {
    Socket socket(::socket(to.address.ss_family,
                           SOCK_STREAM | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK), 0));
    if (!socket.open())
        throw std::system_error(errno, std::generic_category(), "cannot make a socket");
    if (receive_buffer)
        setsockopt(socket.fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    int on = 1;
    setsockopt(socket.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    // Interrupted, it goes on by itself; on Linux a further call waits for its end.
    int result;
    do
        result = ::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&to.address), to.size);
    while (result != 0 && errno == EINTR);
    if (result != 0 && errno != EINPROGRESS)
        throw std::system_error(errno, std::generic_category(), "cannot connect");
    return socket;
}

void Socket::close() {
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
}

void Socket::reset() {
    linger off{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &off, sizeof(off));
    close();
}

bool Socket::send_all(std::string_view bytes) const {
    while (!bytes.empty()) {
        ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return false;
        if (n < 0)
            throw std::system_error(errno, std::generic_category(), "cannot send");
        bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
}

Socket::Got Socket::receive(char* to, size_t most, Clock::time_point until, size_t& size) const {
    for (;;) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd waited{fd_, POLLIN, 0};
        int ready = poll(&waited, 1, left > 0 ? static_cast<int>(left) : 0);
        if (ready == 0)
            return Got::timeout;
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t n = recv(fd_, to, most, 0);
        if (n > 0) {
            size = static_cast<size_t>(n);
            return Got::data;
        }
        if (n == 0)
            return Got::end;
        if (errno == ECONNRESET || errno == EPIPE)
            return Got::reset;
        if (errno != EINTR && errno != EAGAIN)
            throw std::system_error(errno, std::generic_category(), "cannot receive");
    }
}

Socket::Got Socket::receive_all(std::string& bytes, Clock::time_point until) const {
    char buffer[4096];
    size_t size = 0;
    Got got;
    while ((got = receive(buffer, sizeof(buffer), until, size)) == Got::data)
        bytes.append(buffer, size);
    return got;
}

} // namespace ktcp::test
