// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <cstdint>

namespace htstress {

// Gives a new connection to 127.0.0.0/8 its source address.
//
// Where the client closes first, each connection leaves its port in TIME-WAIT for a minute, and
// one source address has some 28,000 ports by default: a run of 100,000 connections would stop
// with EADDRNOTAVAIL, or crawl while the kernel searches for a free port. All of 127.0.0.0/8 is
// ours on loopback, so after 12,000 connections the next address takes over: 250 of them last for
// three million connections a minute. (An RST by SO_LINGER would avoid TIME-WAIT as well, but it
// is not how clients end connections, and it spares the server its part of the work.)
//
// The first 12,000 connections don't bind at all and so cost nothing extra.
class SourceAddresses {
public:
    // Makes `fd` leave from the address whose turn it is; false on error (errno says which).
    bool apply(int fd);

    // A port could not be had: go on with the next address at once.
    void skip() { ticket_.fetch_add(per_address, std::memory_order_relaxed); }

private:
    static constexpr std::uint64_t per_address = 12000;
    static constexpr std::uint64_t addresses = 250;

    std::atomic<std::uint64_t> ticket_{0};
};

} // namespace htstress
