// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "body_check.hh"

namespace htstress {

BodyCheck::BodyCheck(const Options& options, std::size_t requests)
    : length_(options.length), sum_(options.checksum) {
    if (options.verify)
        first_ = std::make_unique<std::atomic<std::uint64_t>[]>(requests);
}

const char* BodyCheck::compare(std::size_t request, std::uint64_t length, std::uint32_t sum) {
    if (length_ && length != *length_)
        return "body of another length than --length";
    if (sum_ && sum != *sum_)
        return "body of another checksum than --checksum";
    if (first_) {
        // One word, so that no thread sees half of it; never 0.
        const std::uint64_t seen =
            std::uint64_t{sum} << 32 | static_cast<std::uint32_t>(length << 1 | 1);
        std::uint64_t expected = 0;
        if (!first_[request].compare_exchange_strong(expected, seen, std::memory_order_relaxed) &&
            expected != seen)
            return "body differs from the first answer's (--verify)";
    }
    return nullptr;
}

} // namespace htstress
