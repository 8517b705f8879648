// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "options.hh"

namespace htstress {

// Is a body the one that was asked for? By its length or its checksum, or by the first answer to
// the same request, of whichever thread. Any thread may ask; lives as long as the run.
class BodyCheck {
public:
    BodyCheck(const Options& options, std::size_t requests);

    // Do bodies have to be summed up for it?
    [[nodiscard]] bool needs_sum() const { return sum_.has_value() || first_; }

    // Returns nullptr, or what is wrong with the answer to that request: a constant string.
    [[nodiscard]] const char* fault(std::size_t request, std::uint64_t length, std::uint32_t sum) {
        return length_ || needs_sum() ? compare(request, length, sum) : nullptr;
    }

private:
    const char* compare(std::size_t request, std::uint64_t length, std::uint32_t sum);

    std::optional<std::uint64_t> length_;
    std::optional<std::uint32_t> sum_;
    // Sum and length of the first answer to each request; 0 until there is one.
    std::unique_ptr<std::atomic<std::uint64_t>[]> first_;
};

} // namespace htstress
