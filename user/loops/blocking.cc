// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/blocking.hh"

#include "connection.hh"

#include <algorithm>
#include <poll.h>

namespace ktcp::user {

namespace {

// Until the socket is ready, the session's patience ends, or the order is no longer the
// one that was seen.
void wait_for(Connection& connection, Order seen) noexcept {
    Worker& worker = connection.worker();
    const Orders& orders = worker.service.orders;
    // Not reschedule(), which moves it to an earlier time only: nobody looks here whether
    // one that has passed still is the session's. The heap has no other.
    worker.deadlines.update(connection, connection.deadline());
    ktcp_time due = worker.next_due();
    if (seen == Order::drain)
        due = std::min(due, orders.drain_until());
    int events =
        (connection.wants_readable() ? POLLIN : 0) | (connection.wants_writable() ? POLLOUT : 0);
    pollfd waits[] = {{connection.fd(), static_cast<short>(events), 0},
                      {orders.changed_fd(seen), POLLIN, 0}};
    int n = poll(waits, 2, timeout_ms(worker.now.monotonic, due));
    worker.read_clock();
    if (n > 0) {
        // An error shows at the next call on the socket, whichever that is.
        bool broken = waits[0].revents & (POLLERR | POLLHUP | POLLNVAL);
        connection.ready(broken || waits[0].revents & POLLIN, broken || waits[0].revents & POLLOUT,
                         broken);
    } else if (connection.deadline() <= worker.now.monotonic) {
        connection.expire();
    }
    if (worker.files)
        worker.files->sweep(worker.now.monotonic);
}

// False if the connection is to be cut off.
bool obey(Connection& connection, Order& seen) noexcept {
    Worker& worker = connection.worker();
    Order order = worker.service.orders.current();
    if (order == Order::drain && seen == Order::serve)
        connection.drain();
    seen = order;
    return order != Order::abort && worker.service.orders.drain_until() > worker.now.monotonic;
}

} // namespace

bool serve_connection(Worker& worker, Client client) noexcept {
    worker.read_clock();
    Connection* connection = worker.adopt(client);
    if (!connection)
        return true;
    Order seen = Order::serve;
    for (;;) {
        if (worker.service.orders.current() != Order::serve && !obey(*connection, seen)) {
            connection->abort();
            worker.end(*connection);
            return false;
        }
        switch (connection->drive()) {
        case Progress::waiting:
            wait_for(*connection, seen);
            break;
        case Progress::again: // there are no others to go first
            worker.read_clock();
            break;
        case Progress::ended:
            worker.end(*connection);
            return true;
        }
    }
}

bool serve_in_turn(Worker& worker, FrontDoor& door) noexcept {
    bool well = true;
    while (worker.service.orders.current() == Order::serve)
        if (Client client = door.next())
            well &= serve_connection(worker, client);
    return well;
}

} // namespace ktcp::user
