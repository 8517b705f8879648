// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What one thread of a server owns: its connections, their deadlines, its buffers
// and open files. A server model (loops/) adds how to wait for readiness.
#pragma once

#include "block_pool.hh"
#include "counters.hh"
#include "deadline_heap.hh"
#include "file_cache.hh"

#include <atomic>
#include <optional>

namespace ktcp::user {

class Connection;

// What all workers of a server share: constant, but for the one count.
struct Service {
    const ktcp_protocol& protocol;
    const void* config;
    const Root* root; // nullptr for a protocol that asks for no resource
    size_t cache_entries;
    uint32_t max_connections;
    std::atomic<uint32_t> connections{0};
};

// Used by its own thread only; `counters` may be read from others.
class Worker {
public:
    explicit Worker(Service& service);
    ~Worker(); // closes the connections that are left
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Takes over an accepted, non-blocking socket. nullptr when memory is short:
    // then the socket has been closed. The session has been opened, not yet driven.
    Connection* adopt(int fd) noexcept;
    void end(Connection& connection) noexcept;

    // Asks the session when its patience ends; due after every drive.
    void reschedule(Connection& connection) noexcept;

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
    Counters counters;
    BlockPool buffers;
    std::optional<FileCache> files;
    DeadlineHeap deadlines; // every live connection is in it
    // While set, connections stop where they want a resource, with Progress::again:
    // a server model gathers requests first and answers them then (file_cache.hh).
    bool gathering = false;

private:
    BlockPool blocks_; // a connection and its session each
};

} // namespace ktcp::user
