// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "block_pool.hh"

#include <algorithm>
#include <new>

namespace ktcp::user {

namespace {

// Under AddressSanitizer nothing is kept, so that the use of a block that was given
// back is an error there and not a read of the next connection's bytes.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool keeping = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool keeping = false;
#else
constexpr bool keeping = true;
#endif
#else
constexpr bool keeping = true;
#endif

} // namespace

BlockPool::BlockPool(size_t size, size_t keep) noexcept
    : size_(std::max(size, sizeof(Block))), keep_(keeping ? keep : 0) {}

BlockPool::~BlockPool() {
    while (free_) {
        Block* block = free_;
        free_ = block->next;
        ::operator delete (block, std::align_val_t{alignment});
    }
}

void* BlockPool::allocate() noexcept {
    void* memory = ::operator new (size_, std::align_val_t{alignment}, std::nothrow);
    if (memory)
        ++allocated_;
    return memory;
}

void BlockPool::release(void* memory) noexcept {
    if (kept_ == keep_) {
        --allocated_;
        ::operator delete (memory, std::align_val_t{alignment});
        return;
    }
    free_ = new (memory) Block{free_};
    ++kept_;
}

} // namespace ktcp::user
