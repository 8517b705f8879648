// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace ktcp::tools {

// Log-linear histogram of durations: 64 equal steps per power of two, so a value read back is at
// most 0.8 % off, from 1 ns to 2^44 ns (almost five hours; longer ones count as that long).
// Fixed size, no locks: one per thread, added up at the end.
class Histogram {
public:
    void record(std::uint64_t value) {
        ++counts_[index_of(value)];
        ++total_;
        if (value > max_)
            max_ = value;
    }

    void add(const Histogram& other);
    void clear();

    // The value that `fraction` (0 to 1) of the recorded ones do not exceed; 0 when empty.
    [[nodiscard]] std::uint64_t quantile(double fraction) const;
    [[nodiscard]] std::uint64_t max() const { return max_; }
    [[nodiscard]] std::uint64_t total() const { return total_; }

private:
    static constexpr unsigned step_bits = 6;
    static constexpr std::uint64_t steps = std::uint64_t{1} << step_bits;
    static constexpr unsigned top_bit = 44;
    static constexpr std::size_t size = (top_bit - step_bits + 1) * steps;

    // Values below 64 have a slot each; above, the leading bit picks the row and the next six
    // bits the slot in it.
    static constexpr std::size_t index_of(std::uint64_t value) {
        if (value < steps)
            return value;
        if (value >> top_bit)
            return size - 1;
        const unsigned row = static_cast<unsigned>(std::bit_width(value)) - step_bits;
        return row * steps + ((value >> (row - 1)) & (steps - 1));
    }
    static std::uint64_t middle_of(std::size_t index);

    std::array<std::uint64_t, size> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};

} // namespace ktcp::tools
