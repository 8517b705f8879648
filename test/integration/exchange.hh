// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What an echo server is to send back, and the client that compares it.
#pragma once

#include <poll.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/endpoint.hh"

namespace ktcp::test {

// Bytes that look random, the same in each run: no two places of it look alike, so that
// bytes lost, repeated or moved are noticed wherever that happens.
class Noise {
public:
    explicit Noise(size_t size);
    size_t size() const { return bytes_.size(); }
    // `size` bytes, others for each number as far as there are others.
    std::string_view part(size_t number, size_t size) const;

private:
    std::string bytes_;
};

// One connection over which a payload goes out and must come back, byte by byte the
// same. Never blocks: the payload is sent as the server takes it and received as it
// comes, both at once, so no payload is too long for a server whose buffers are bounded.
class Exchange {
public:
    // The socket must not block (Socket::connect with blocking = false).
    Exchange() = default;
    Exchange(Socket socket, std::string_view payload)
        : socket_(std::move(socket)), payload_(payload) {}

    bool half_closes = true; // FIN after the last byte; then the server's is waited for
    bool reads = true;
    size_t piece = 256 * 1024; // most bytes that one send is given

    // What poll is to wait for; 0 if nothing.
    short events() const;
    // Sends and receives what can be now; true if anything came of it.
    bool step();
    // All came back, and after a half-close the FIN. Then the socket may be used again.
    bool done() const { return fault_.empty() && (half_closes ? ended_ : all_back()); }
    // What is wrong; empty if nothing is.
    const std::string& fault() const { return fault_; }
    // Is it that something else came back than was sent?
    bool changed() const { return changed_; }

    // Sends no more than was sent: that is the payload.
    void cut() { payload_ = payload_.substr(0, sent_); }
    // Another payload over the same connection, when this one is done.
    void next(std::string_view payload);

    size_t sent() const { return sent_; }
    size_t received() const { return received_; }
    Socket& socket() { return socket_; }
    const Socket& socket() const { return socket_; }
    std::string progress() const;

private:
    bool all_sent() const { return sent_ == payload_.size(); }
    bool all_back() const { return all_sent() && received_ == payload_.size(); }
    bool send_some();
    bool receive_some();
    void compare(std::string_view bytes);
    std::string origin(std::string_view bytes) const;
    void fail(std::string what) { fault_ = std::move(what); }

    Socket socket_;
    std::string_view payload_;
    size_t sent_ = 0, received_ = 0;
    bool half_closed_ = false, ended_ = false, changed_ = false;
    std::string fault_;
};

using Patience = std::chrono::milliseconds;

// Goes on until all are done, closing each that is and half_closes. Throws
// std::runtime_error at the first fault, and when nothing has moved for so long.
void finish(std::vector<Exchange>& exchanges, Patience patience);
void finish(Exchange& exchange, Patience patience);

// Goes on, with reads = false, until the server has taken nothing for that time, or all.
// Returns how many bytes it has taken, whatever that means: TCP's buffers on both sides.
size_t send_until_stalled(Exchange& exchange, Patience quiet, size_t most);

// So many connections at once, each of them established. Throws if that takes longer.
std::vector<Socket> connect_many(const Endpoint& server, size_t count, Patience patience);

} // namespace ktcp::test
