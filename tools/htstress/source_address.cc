// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "source_address.hh"

#include <netinet/in.h>
#include <sys/socket.h>

namespace htstress {

bool SourceAddresses::apply(int fd) {
    const std::uint64_t turn = ticket_.fetch_add(1, std::memory_order_relaxed) / per_address;
    const std::uint32_t which = static_cast<std::uint32_t>(turn % addresses);
    if (turn == 0)
        return true;

    // Leaves the choice of the port to connect(), which knows the whole four-tuple: bind() would
    // have to find one that is free for every peer.
    const int on = 1;
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0)
        return false;
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + which);
    return bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0;
}

} // namespace htstress
