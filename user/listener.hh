// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Listening sockets: one for each address and worker.
#pragma once

#include "posix_files.hh"

#include <string>
#include <sys/socket.h>
#include <vector>

namespace ktcp::user {

// A numeric IPv4 or IPv6 address, without a port.
struct ListenAddress {
    sockaddr_storage address{};
    socklen_t size = 0;
    std::string text; // as the user wrote it

    // False if the text is not such an address. "[::1]" and "*" are understood too.
    static bool parse(const std::string& text, ListenAddress& parsed);
};

// Opens, for each of the workers, a socket for each address, all on one port. They
// share it by SO_REUSEPORT: the kernel spreads new connections over the workers, and
// none of them is woken for another's. Port 0 picks a free one. A connection whose peer
// acknowledges nothing, or takes nothing, for `user_timeout` ms is reset by the kernel
// (TCP_USER_TIMEOUT, RFC 5482), even after it was closed here; 0: as the system has it.
// Throws StartError.
class Listeners {
public:
    Listeners(const std::vector<ListenAddress>& addresses, uint16_t port, int backlog,
              unsigned workers, uint32_t user_timeout = 0);

    uint16_t port() const { return port_; }
    std::vector<Descriptor> take(unsigned worker) { return std::move(sockets_[worker]); }

private:
    uint16_t port_;
    std::vector<std::vector<Descriptor>> sockets_;
};

} // namespace ktcp::user
