// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "worker.hh"

#include "connection.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <time.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// Ample for a round of requests: giving the last few back to malloc each time, and asking
// for them again, costs page faults.
constexpr size_t buffers_kept = 128;
constexpr size_t blocks_kept = 256;

} // namespace

ssize_t Delivery::take(const ktcp_space& space) noexcept {
    if (size > 0) {
        size_t taken = std::min<size_t>(size, space.size);
        std::memcpy(space.data, data, taken);
        data += taken;
        size -= taken;
        return static_cast<ssize_t>(taken);
    }
    if (ended)
        return 0;
    errno = error ? error : EAGAIN;
    return -1;
}

Worker::Worker(Service& shared, WorkerRecord& own)
    : service(shared), record(own), counters(own.counters), buffers(KTCP_BUFFER_SIZE, buffers_kept),
      blocks_(sizeof(Connection) + shared.protocol.session_size, blocks_kept) {
    if (service.roots)
        files.emplace(*this, service.workers_last);
    read_clock();
}

Worker::~Worker() {
    while (!deadlines.empty())
        end(static_cast<Connection&>(deadlines.first()));
}

Connection* Worker::adopt(Client client) noexcept {
    void* memory = blocks_.acquire();
    if (memory) {
        auto* connection = new (memory) Connection(*this, client);
        if (deadlines.insert(*connection, KTCP_NEVER)) {
            service.connections.fetch_add(1, std::memory_order_relaxed);
            record.connections.store(deadlines.size(), std::memory_order_relaxed);
            counters.add(count_accepted);
            connection->open();
            return connection;
        }
        connection->~Connection();
        blocks_.release(memory);
    }
    dismiss(client);
    return nullptr;
}

void Worker::dismiss(Client client) noexcept {
    close(client.fd);
    if (client.place != AddressLimit::uncounted)
        service.addresses->leave(client.place, journal);
}

void Worker::end(Connection& connection) noexcept {
    deadlines.remove(connection);
    connection.close();
    if (connection.place != AddressLimit::uncounted)
        service.addresses->leave(connection.place, journal);
    connection.~Connection();
    blocks_.release(&connection);
    record.connections.store(deadlines.size(), std::memory_order_relaxed);
    service.connections.fetch_sub(1, std::memory_order_relaxed);
}

// The record says how much the server gets back should this process be killed.
void* Worker::acquire_spare() noexcept {
    if (!service.spare.take())
        return nullptr;
    void* buffer = buffers.acquire();
    if (!buffer)
        service.spare.give_back(1);
    else
        record.spare.store(record.spare.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
    return buffer;
}

void Worker::release_spare(void* buffer) noexcept {
    buffers.release(buffer);
    record.spare.store(record.spare.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    service.spare.give_back(1);
}

// A deadline that moves away (each request moves it) is left where it is: when the
// earlier time comes the session is asked again. So a busy connection touches the
// heap once per time-out and not once per request.
void Worker::reschedule(Connection& connection) noexcept {
    ktcp_time due = connection.deadline();
    if (due < deadlines.due(connection))
        deadlines.update(connection, due);
}

void Worker::read_clock() noexcept {
    timespec monotonic = {}, real = {};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &monotonic);
    clock_gettime(CLOCK_REALTIME_COARSE, &real);
    now.monotonic = static_cast<ktcp_time>(monotonic.tv_sec) * KTCP_SECOND +
                    static_cast<ktcp_time>(monotonic.tv_nsec);
    now.unix_seconds = real.tv_sec;
}

ktcp_time Worker::next_due() const noexcept {
    ktcp_time due = deadlines.first_due();
    return files ? std::min(due, files->next_sweep()) : due;
}

} // namespace ktcp::user
