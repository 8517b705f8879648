// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What answers that are kept may take, all workers of a server together.
#pragma once

#include "ktcp/host.h"
#include "records.hh"

#include <atomic>
#include <cstdint>

namespace ktcp::user {

struct CacheLimits {
#define KTCP_CACHE_LIMIT_MEMBER(name, preset, least, most, unit, what) uint32_t name = preset;
    KTCP_CACHE_LIMITS(KTCP_CACHE_LIMIT_MEMBER)
#undef KTCP_CACHE_LIMIT_MEMBER
};

// Counts, in memory that threads and processes share; nothing is kept here. Bytes are
// charged before they are allocated, and until they are freed, whoever still uses them.
class CacheBudget {
public:
    explicit CacheBudget(const CacheLimits& limits)
        : most_bytes_(limits.cache_size), most_answers_(limits.cache_entries) {}

    [[nodiscard]] bool take_bytes(uint64_t n) noexcept { return take(bytes_, n, most_bytes_); }
    [[nodiscard]] bool take_answer() noexcept { return take(answers_, 1, most_answers_); }
    void give_back(uint64_t bytes, uint64_t answers) noexcept {
        bytes_.fetch_sub(bytes, std::memory_order_relaxed);
        answers_.fetch_sub(answers, std::memory_order_relaxed);
    }

    uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
    uint64_t answers() const noexcept { return answers_.load(std::memory_order_relaxed); }

    // A worker that has nothing to drop got no room: the others, who have all of it, see
    // this number change, and drop what they have not used of late.
    void want_room() noexcept { wants_.fetch_add(1, std::memory_order_relaxed); }
    uint32_t wants() const noexcept { return wants_.load(std::memory_order_relaxed); }

private:
    using Count = std::atomic<uint64_t>;
    static bool take(Count& count, uint64_t n, uint64_t most) noexcept {
        if (count.fetch_add(n, std::memory_order_relaxed) + n <= most)
            return true;
        count.fetch_sub(n, std::memory_order_relaxed);
        return false;
    }

    const uint64_t most_bytes_;
    const uint64_t most_answers_;
    Count bytes_{0};
    Count answers_{0};
    std::atomic<uint32_t> wants_{0};
};

// What one worker has of it, as its record says, too: a child process that is killed
// gives nothing back, so the parent does.
class CacheShare {
public:
    CacheShare(CacheBudget& budget, WorkerRecord& record) : budget_(budget), record_(record) {}

    [[nodiscard]] bool take_bytes(uint64_t n) noexcept {
        if (!budget_.take_bytes(n))
            return false;
        add(record_.cache_bytes, n);
        return true;
    }
    [[nodiscard]] bool take_answer() noexcept {
        if (!budget_.take_answer())
            return false;
        add(record_.cache_answers, 1);
        return true;
    }
    void give_back(uint64_t bytes, uint64_t answers) noexcept {
        add(record_.cache_bytes, -bytes);
        add(record_.cache_answers, -answers);
        budget_.give_back(bytes, answers);
    }
    CacheBudget& budget() const { return budget_; }

    uint32_t files = 0; // contents of this worker's that have a descriptor (content.hh)

private:
    static void add(std::atomic<uint64_t>& count, uint64_t n) noexcept {
        count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    CacheBudget& budget_;
    WorkerRecord& record_;
};

} // namespace ktcp::user
