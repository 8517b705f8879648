// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the server knows of its workers: while they live, and after they have gone.
#pragma once

#include "counters.hh"
#include "shared_memory.hh"

#include <mutex>

namespace ktcp::user {

// One worker's, in shared memory: it may live in a child process, and may be killed there.
struct alignas(64) WorkerRecord {
    Counters counters;
    std::atomic<uint32_t> connections{0};   // that it has now; written by the worker only
    std::atomic<uint32_t> spare{0};         // buffers of the service's spare memory, likewise
    std::atomic<uint64_t> cache_bytes{0};   // of the service's cache budget, likewise
    std::atomic<uint64_t> cache_answers{0}; // likewise
    std::atomic<uint32_t> place{0};         // of a process' one connection (address_limit.hh)
    WorkerRecord* next_free = nullptr;
};

// Room for as many records as there are workers at a time. A record that was given back
// keeps its counts, and the next worker goes on from there: so the sum over all of them
// is the server's, and a worker needs no more than an add to count.
class Records {
public:
    explicit Records(size_t capacity); // throws StartError

    // nullptr if there is none left.
    WorkerRecord* take() noexcept;
    void give_back(WorkerRecord& record) noexcept;
    // Adds all records' counters to `totals`; at any time.
    void sum(Counters& totals) const noexcept;
    // Visits all that are, or ever were, a worker's.
    template <class Visitor> void each(Visitor visit) const {
        size_t used = used_.load(std::memory_order_acquire);
        for (size_t i = 0; i < used; ++i)
            visit(records()[i]);
    }

private:
    WorkerRecord* records() const { return static_cast<WorkerRecord*>(memory_.get()); }

    const size_t capacity_;
    SharedMemory memory_;
    std::mutex mutex_;
    WorkerRecord* free_ = nullptr;
    std::atomic<size_t> used_{0}; // ever; those after it have not been touched
};

} // namespace ktcp::user
