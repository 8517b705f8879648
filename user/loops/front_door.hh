// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Where the blocking models wait for their next client.
#pragma once

#include "loops/acceptor.hh"

namespace ktcp::user {

// One worker's way to listening sockets, which several workers may share: one of those
// that wait is woken for a new connection, and not all of them (EPOLLEXCLUSIVE). To be
// made by the thread or process that uses it.
class FrontDoor {
public:
    // `bell`: a descriptor that ends next(), too, when it is readable. Throws StartError.
    FrontDoor(Worker& worker, const std::vector<Descriptor>& listeners, int bell = -1);

    // Waits for a connection while there is room for one, and while the server serves.
    // None: the bell rang, an order came, or a pause is over: to be called again while the
    // server serves. `busy` counts the server's connections, where the service itself is
    // late to know of them.
    Client next() noexcept { return next(worker_.service.connections); }
    Client next(const std::atomic<uint32_t>& busy) noexcept;

    // A connection cannot be served now, for want of a thread or a process: waits a while.
    // False if there is an order: then it is in vain to try again.
    bool wait_for_room() noexcept;

private:
    bool serving() noexcept;
    void wait_paused() noexcept;

    Worker& worker_;
    Acceptor acceptor_;
    Descriptor epoll_;
    const int bell_;
};

// For all who share them, in whichever thread or process: closing them would be for one.
void stop_listening(const std::vector<Descriptor>& listeners) noexcept;

} // namespace ktcp::user
