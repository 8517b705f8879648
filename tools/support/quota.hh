// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <cstdint>

namespace ktcp::tools {

// Requests or round trips that are still to be made, which threads take in batches: a thread comes
// here once in a batch, not once a request.
class Quota {
public:
    // While nobody claims.
    void open(std::uint64_t total, bool endless, unsigned threads);

    // Up to a batch; 0 when there are no more. Any thread.
    [[nodiscard]] std::uint64_t claim();

private:
    bool endless_ = false;
    std::uint64_t batch_ = 1;
    alignas(64) std::atomic<std::uint64_t> left_{0};
};

} // namespace ktcp::tools
