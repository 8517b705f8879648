// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The memory that all sessions of a server may spend on conveniences (sort_memory).
#pragma once

#include "ktcp/types.h"

#include <atomic>

namespace ktcp::user {

// A budget in buffers, taken from by any thread or process. It is counted, not kept:
// the buffers are each worker's own.
class SpareMemory {
public:
    explicit SpareMemory(uint64_t bytes) : left_(static_cast<int64_t>(bytes / KTCP_BUFFER_SIZE)) {}

    [[nodiscard]] bool take() noexcept {
        if (left_.fetch_sub(1, std::memory_order_relaxed) > 0)
            return true;
        give_back(1);
        return false;
    }
    void give_back(uint32_t buffers) noexcept {
        left_.fetch_add(buffers, std::memory_order_relaxed);
    }
    int64_t left() const { return left_.load(std::memory_order_relaxed); } // buffers

private:
    std::atomic<int64_t> left_;
};

} // namespace ktcp::user
