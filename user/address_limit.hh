// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// How many connections each client address has, and may have (max_per_address).
#pragma once

#include "records.hh"
#include "shared_memory.hh"

#include <atomic>
#include <cstdint>
#include <pthread.h>
#include <sys/socket.h>

namespace ktcp::user {

// One count for each IPv4 address, written as IPv6 or not, and for each IPv6 /64, which
// is what one customer is given at least. Used by all workers of a server, threads and
// processes; what it counts lies in memory that they share.
//
// A connection that is let in has a *place*: the number of its address' count. Whoever
// holds one gives it back. A process that is killed cannot: so the place of its (only)
// connection is written in its record (WorkerRecord::place), and the parent gives it
// back when it buries the child. Should one be killed while it changes a count, under
// the lock, then the kernel tells the next who takes the lock (a robust mutex), and that
// one counts the records anew.
class AddressLimit {
public:
    using Place = uint32_t;
    static constexpr Place refused = UINT32_MAX;
    static constexpr Place uncounted = 0;

    // Throws StartError. `records` are those of the processes; `capacity`: connections
    // at a time.
    AddressLimit(uint32_t most, uint32_t capacity, const Records& records);
    ~AddressLimit();
    AddressLimit(const AddressLimit&) = delete;
    AddressLimit& operator=(const AddressLimit&) = delete;

    // Lets the peer of a socket in, if it has less than `most`. `journal`, if there is one,
    // is then the place, and no other moment in between can be seen.
    Place enter(int socket, std::atomic<Place>* journal) noexcept;
    void leave(Place place, std::atomic<Place>* journal) noexcept;

    // What an address is counted under; 0 for what is no address of IP.
    static uint64_t key_of(const sockaddr& address) noexcept;
    Place enter_key(uint64_t key, std::atomic<Place>* journal) noexcept;

private:
    struct Count {
        uint64_t key;
        uint32_t connections; // 0: free
        Place next;           // with the same hash, or in the list of free ones
    };

    void lock() noexcept;
    void unlock() noexcept { pthread_mutex_unlock(&mutex_); }
    Place& bucket_of(uint64_t key) noexcept;
    Place find(uint64_t key) noexcept;
    Place add(uint64_t key) noexcept;
    void remove(Place place) noexcept;
    void recount() noexcept;

    const uint32_t most_;
    const uint32_t capacity_;
    const uint32_t mask_;
    uint64_t hash_key_ = 0;        // random
    uint64_t hash_multiplier_ = 1; // random, odd
    const Records& records_;
    SharedMemory memory_;
    Count* const counts_; // [0] is not used
    Place* const buckets_;
    pthread_mutex_t mutex_ = {};
    Place free_ = 0;
    Place used_ = 1; // those after it have not been touched
};

} // namespace ktcp::user
