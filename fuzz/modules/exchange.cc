// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "modules/exchange.hh"

#include "require.hh"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace ktcp::fuzz {
namespace {

// A server that owes an answer has this long, on an emulated machine with all checks on.
constexpr int patience_ms = 60000;
// More than this nobody wants; the largest file is larger.
constexpr size_t enough = 1 << 20;

} // namespace

Exchange::Exchange(const test::Endpoint& to, Peer peer)
    : socket_(test::Socket::connect(to)), peer_(std::move(peer)) {}

bool Exchange::receive(int wait_ms) {
    pollfd wait = {socket_.fd(), POLLIN, 0};
    if (ended_ || poll(&wait, 1, wait_ms) <= 0)
        return false;
    char bytes[16384];
    const ssize_t n = recv(socket_.fd(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0) {
        received_ += static_cast<size_t>(n);
        peer_.received({bytes, static_cast<size_t>(n)});
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    ended_ = true;
    by_reset_ = n < 0;
    return false;
}

// Reads meanwhile: neither side waits for the other with full buffers.
bool Exchange::send(std::string_view bytes) {
    while (!bytes.empty() && !ended_ && received_ < enough) {
        pollfd wait = {socket_.fd(), POLLIN | POLLOUT, 0};
        check(poll(&wait, 1, patience_ms) > 0, "neither takes bytes nor sends any");
        if (wait.revents & POLLOUT) {
            // What the kernel answers may come before send() returns: it is told first.
            const ssize_t n =
                ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n > 0) {
                peer_.sent(bytes.substr(0, static_cast<size_t>(n)));
                bytes.remove_prefix(static_cast<size_t>(n));
            } else if (errno != EAGAIN && errno != EINTR) {
                // The server has ended it; what it sent before is still there to be read.
                while (receive(patience_ms))
                    ;
                return false;
            }
        }
        if (wait.revents & (POLLIN | POLLHUP | POLLERR))
            receive(0);
    }
    return !ended_ && bytes.empty();
}

Exchange::End Exchange::run(Input& input) {
    std::string piece;
    bool open = true;
    while (open && !input.client_done()) {
        const uint8_t choice = input.decide();
        const size_t size = choice == 0   ? SIZE_MAX
                            : choice < 64 ? input.head_size()
                                          : size_t{choice} - 63;
        piece.resize(std::min<size_t>(size, 1 << 16));
        piece.resize(input.take(piece.data(), piece.size()));
        open = send(piece);
        switch (open ? input.decide() % 4 : 0) {
        case 1:
            receive(0);
            break;
        case 2: // the answer, perhaps
            receive(2);
            break;
        default:
            break;
        }
    }
    switch (open ? input.decide() % 8 : 0) {
    case 6:
        socket_.reset();
        return End::abandoned;
    case 7: // with bytes that nobody has read: TCP resets, too
        socket_.close();
        return End::abandoned;
    default:
        half_closed_ = open;
        if (open)
            shutdown(socket_.fd(), SHUT_WR);
    }
    while (!ended_ && received_ < enough)
        if (!receive(patience_ms) && !ended_)
            fail("the connection does not end", std::to_string(received_) + " bytes came");
    if (!ended_) {
        socket_.reset();
        return End::abandoned;
    }
    return by_reset_ ? End::reset : End::fin;
}

} // namespace ktcp::fuzz
