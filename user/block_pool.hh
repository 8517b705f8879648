// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Memory in blocks of one size, for one thread: receive buffers and connections.
#pragma once

#include <cstddef>

namespace ktcp::user {

// Blocks given back are kept, up to `keep` of them, and lent again last in, first
// out: the warmest in the CPU's cache first. A worker that serves thousands of
// connections has only as many buffers as it has requests in mid-air.
class BlockPool {
public:
    static constexpr size_t alignment = 64; // the seam's strictest, a cache line

    BlockPool(size_t size, size_t keep) noexcept;
    ~BlockPool();
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    // Uninitialised; nullptr when memory is short.
    void* acquire() noexcept {
        if (!free_)
            return allocate();
        Block* block = free_;
        free_ = block->next;
        --kept_;
        return block;
    }
    void release(void* memory) noexcept;

    size_t lent() const { return allocated_ - kept_; }

private:
    struct Block {
        Block* next;
    };

    void* allocate() noexcept;

    const size_t size_;
    const size_t keep_;
    Block* free_ = nullptr;
    size_t kept_ = 0;
    size_t allocated_ = 0;
};

} // namespace ktcp::user
