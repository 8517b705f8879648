// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "floods/hostile_client.hh"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace ktcp::test {

const std::vector<NamedKind> kinds = {
    {Kind::silent, "silent"}, {Kind::headers, "headers"}, {Kind::body, "body"},
    {Kind::read, "read"},     {Kind::window, "window"},   {Kind::unread, "unread"},
};

int HostileClient::receive_buffer(Kind kind) {
    return kind == Kind::read || kind == Kind::window || kind == Kind::unread ? 4096 : 0;
}

void HostileClient::begin(Socket socket) {
    socket_ = std::move(socket);
    received_ = 0;
    std::string ask = "GET " + target_ + " HTTP/1.1\r\nHost: attacked\r\n";
    switch (kind_) {
    case Kind::silent:
    case Kind::unread:
        break;
    case Kind::headers:
        send_some(ask);
        break;
    case Kind::body:
        send_some(ask + "Content-Length: 60000\r\n\r\n");
        break;
    case Kind::read:
        send_some(ask + "\r\n");
        break;
    case Kind::window:
        for (int i = 0; i < 8; i++)
            send_some(ask + "\r\n");
        break;
    }
}

bool HostileClient::turn() {
    static const std::string flood(16 << 10, 'e');
    switch (kind_) {
    case Kind::headers:
        return send_some("X-More: of it\r\n");
    case Kind::body:
        return send_some("b");
    case Kind::unread:
        return send_some(flood);
    case Kind::read:
        return receive_some(1);
    default:
        return true;
    }
}

bool HostileClient::readable() { return deaf() || receive_some(64 << 10); }

bool HostileClient::send_some(std::string_view bytes) {
    ssize_t n = send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return n >= 0 || errno == EAGAIN || errno == EINTR;
}

bool HostileClient::receive_some(size_t most) {
    static std::array<char, 64 << 10> buffer;
    ssize_t n = recv(socket_.fd(), buffer.data(), most, MSG_DONTWAIT);
    if (n > 0)
        received_ += static_cast<uint64_t>(n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

} // namespace ktcp::test
