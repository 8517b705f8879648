// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a worker counts: the engine's counters (ktcp/os.h) and the host's own.
#pragma once

#include "ktcp/os.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace ktcp::user {

#define KTCP_USER_COUNTERS(X)                                                                      \
    X(accepted)      /* connections */                                                             \
    X(aborted)       /* connections ended by a reset from this side */                             \
    X(refused)       /* closed at once: their address has max_per_address others */                \
    X(accept_pauses) /* times that accepting waited: no descriptor, no memory, the cap */

enum HostCounter : unsigned {
#define KTCP_USER_COUNTER_ENUM(name) count_##name,
    KTCP_USER_COUNTERS(KTCP_USER_COUNTER_ENUM) KTCP_CACHE_COUNTERS(KTCP_USER_COUNTER_ENUM)
#undef KTCP_USER_COUNTER_ENUM
        host_counter_count
};

// One writer, the worker's thread, so that counting is a plain add; readers in other
// threads see each counter whole, and may see one a little ahead of another.
class Counters {
public:
    void add(ktcp_counter counter) noexcept { add_one(engine_[counter]); }
    void add(HostCounter counter) noexcept { add_one(host_[counter]); }

    uint64_t operator[](ktcp_counter counter) const {
        return engine_[counter].load(std::memory_order_relaxed);
    }
    uint64_t operator[](HostCounter counter) const {
        return host_[counter].load(std::memory_order_relaxed);
    }

    // Adds another worker's counters to these.
    void merge(const Counters& other) noexcept;
    // "name value" pairs, the engine's first, in one line.
    std::string describe() const;

private:
    using Counter = std::atomic<uint64_t>;
    static void add_one(Counter& counter) noexcept {
        counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    std::array<Counter, KTCP_COUNTER_COUNT> engine_{};
    std::array<Counter, host_counter_count> host_{};
};

} // namespace ktcp::user
