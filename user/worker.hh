// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What one thread or process of a server owns: its connections, their deadlines, its buffers
// and open files. A server model (loops/) adds how to wait for readiness.
#pragma once

#include "address_limit.hh"
#include "answer_cache.hh"
#include "block_pool.hh"
#include "cache_budget.hh"
#include "deadline_heap.hh"
#include "file_piece.hh"
#include "orders.hh"
#include "roots.hh"
#include "spare_memory.hh"

#include <atomic>
#include <optional>

namespace ktcp::user {

class Connection;
class Worker;

// What all workers of a server share, in memory that child processes share, too. What
// sessions see of it is constant.
struct Service {
    const ktcp_protocol& protocol;
    const void* config;
    Roots* roots; // nullptr for a protocol that asks for no resource
    CacheLimits cache_limits{};
    // Do workers live as long as the server, and serve many clients?
    bool workers_last = true;
    uint32_t max_connections;
    unsigned pool; // threads or processes, in the models with a fixed number of them
    Records records;
    Orders orders{};
    std::atomic<uint32_t> connections{0}; // of all workers
    SpareMemory spare{0};
    CacheBudget cache{cache_limits};
    std::optional<AddressLimit> addresses{}; // none: each may have any number
};

// An accepted, non-blocking socket, and the place that it holds among its address'.
struct Client {
    int fd = -1; // none
    AddressLimit::Place place = AddressLimit::uncounted;

    explicit operator bool() const { return fd >= 0; }
};

// Input that came before the session asked for it, if a server model receives in the
// session's stead (loops/io_uring.cc).
struct Delivery {
    const char* data = nullptr;
    size_t size = 0;
    int error = 0;      // of the socket, once `size` is 0
    bool ended = false; // the peer's FIN, once `size` is 0

    // As recv(2) would for a non-blocking socket.
    ssize_t take(const ktcp_space& space) noexcept;
};

// What the engine calls back (ktcp/os.h): a connection, or its worker on behalf of all.
class Host {
public:
    explicit Host(Worker& worker) noexcept : worker_(worker) {}
    Worker& worker() const { return worker_; }

protected:
    Worker& worker_;
};

// Used by its own thread only.
class Worker {
public:
    // The record is this worker's as long as it lives.
    Worker(Service& service, WorkerRecord& record);
    ~Worker(); // closes the connections that are left
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Takes over a client. nullptr when memory is short: then it has been dismissed.
    // The session has been opened, not yet driven.
    Connection* adopt(Client client) noexcept;
    void end(Connection& connection) noexcept;
    // Closes a client that is not to be served.
    void dismiss(Client client) noexcept;

    // Asks the session when its patience ends; due after every drive.
    void reschedule(Connection& connection) noexcept;

    // A buffer of the server's spare memory; nullptr if there is none left.
    void* acquire_spare() noexcept;
    void release_spare(void* buffer) noexcept;

    // Reads the clocks, once for a batch of events.
    void read_clock() noexcept;
    // When the worker has something to do though nothing happens.
    ktcp_time next_due() const noexcept;

    // Bytes came from a client.
    void input_arrived() noexcept {
        if (files)
            files->input_arrived();
    }

    Service& service;
    ktcp_now now{};
    WorkerRecord& record;
    Counters& counters; // of the record
    BlockPool buffers;
    Host host{*this}; // of what is made for many connections
    std::optional<AnswerCache> files;
    FilePiece piece;
    DeadlineHeap deadlines; // every live connection is in it
    // While set, connections stop where they want a resource, with Progress::again:
    // a server model gathers requests first and answers them then (answer_cache.hh).
    bool gathering = false;
    // While set, the connection that is driven receives this, and not from its socket.
    Delivery* delivery = nullptr;
    // Set where this may be killed alone, and has one connection at a time.
    std::atomic<AddressLimit::Place>* journal = nullptr;

private:
    BlockPool blocks_; // a connection and its session each
};

} // namespace ktcp::user
