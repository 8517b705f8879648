// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One connection of an attacker, which takes as much of the server as it can for as little as
// it can: what it says, at which pace, and what it leaves unread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/endpoint.hh"

namespace ktcp::test {

enum class Kind {
    silent,  // connects
    headers, // Slowloris: a head without an end, a field at a time
    body,    // a body, a byte at a time
    read,    // reads a large answer a byte at a time
    window,  // asks for large answers, and reads nothing
    unread,  // sends without an end what an echo server is to send back, and reads nothing
};

struct NamedKind {
    Kind kind;
    const char* name;
};
extern const std::vector<NamedKind> kinds;

class HostileClient {
public:
    HostileClient(Kind kind, const std::string& target) : kind_(kind), target_(target) {}

    static int receive_buffer(Kind kind);

    // Over a connection that was just established.
    void begin(Socket socket);
    // Its turn, once a pause; false: the connection is lost.
    bool turn();
    // Something came, or the end.
    bool readable();
    // Is it woken by what comes? Who does not read would be, all the time.
    bool hears() const { return kind_ != Kind::read && !deaf(); }

    const Socket& socket() const { return socket_; }
    Socket& socket() { return socket_; }
    uint64_t received() const { return received_; }

private:
    bool deaf() const { return kind_ == Kind::window || kind_ == Kind::unread; }
    bool send_some(std::string_view bytes);
    bool receive_some(size_t most);

    Kind kind_;
    std::string target_;
    Socket socket_;
    uint64_t received_ = 0;
};

} // namespace ktcp::test
