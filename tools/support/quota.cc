// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "quota.hh"

#include <algorithm>

namespace ktcp::tools {

void Quota::open(std::uint64_t total, bool endless, unsigned threads) {
    endless_ = endless;
    left_.store(total, std::memory_order_relaxed);
    // Small enough that the threads end together, large enough that they seldom meet here.
    batch_ = endless ? 64 : std::clamp<std::uint64_t>(total / (threads * 100ULL), 1, 64);
}

std::uint64_t Quota::claim() {
    if (endless_)
        return batch_;
    std::uint64_t left = left_.load(std::memory_order_relaxed);
    while (left > 0) {
        const std::uint64_t take = std::min(batch_, left);
        if (left_.compare_exchange_weak(left, left - take, std::memory_order_relaxed))
            return take;
    }
    return 0;
}

} // namespace ktcp::tools
