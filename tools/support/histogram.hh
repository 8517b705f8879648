// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ktcp::tools {

// Log-linear histogram of durations, as HdrHistogram's (which Debian 12 does not package for C or
// C++): 64 equal steps per power of two, so that a value read back is at most 0.8 % off, from 1 ns
// to 2^44 ns (almost five hours). Longer ones are counted apart. Least, greatest and mean are
// exact. Fixed size, no locks: one per thread, added up at the end.
class Histogram {
public:
    // So many of the recorded values are not greater than this one.
    struct Step {
        std::uint64_t value;
        std::uint64_t count;
    };

    void record(std::uint64_t value) {
        if (value < limit) [[likely]] {
            ++counts_[index_of(value)];
            sum_ += value;
        } else {
            ++beyond_;
            sum_ += limit; // what a million of these would add up to still fits
        }
        ++total_;
        if (value > max_)
            max_ = value;
        if (value < min_)
            min_ = value;
    }

    void add(const Histogram& other);
    void clear();

    // The value that `fraction` (0 to 1) of the recorded ones do not exceed; 0 when empty. Where
    // it is one of those beyond the range, the greatest.
    [[nodiscard]] std::uint64_t quantile(double fraction) const;
    [[nodiscard]] std::uint64_t min() const { return total_ ? min_ : 0; }
    [[nodiscard]] std::uint64_t max() const { return max_; }
    // Those beyond the range enter the mean and the deviation as 2^44.
    [[nodiscard]] double mean() const;
    [[nodiscard]] double deviation() const; // standard, of the whole population
    [[nodiscard]] std::uint64_t total() const { return total_; }
    // Of total(), those of 2^44 ns and more.
    [[nodiscard]] std::uint64_t beyond() const { return beyond_; }

    // Everything that is known: a step for each value that occurs, ascending, the last with
    // count == total().
    [[nodiscard]] std::vector<Step> distribution() const;

private:
    static constexpr unsigned step_bits = 6;
    static constexpr std::uint64_t steps = std::uint64_t{1} << step_bits;
    static constexpr unsigned top_bit = 44;
    static constexpr std::uint64_t limit = std::uint64_t{1} << top_bit;
    static constexpr std::size_t size = (top_bit - step_bits + 1) * steps;

    // Values below 64 have a slot each; above, the leading bit picks the row and the next six
    // bits the slot in it.
    static constexpr std::size_t index_of(std::uint64_t value) {
        if (value < steps)
            return value;
        const unsigned row = static_cast<unsigned>(std::bit_width(value)) - step_bits;
        return row * steps + ((value >> (row - 1)) & (steps - 1));
    }
    // What a value in that slot is read back as.
    [[nodiscard]] std::uint64_t value_at(std::size_t index) const;

    std::array<std::uint64_t, size> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t beyond_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t min_ = ~std::uint64_t{0};
    std::uint64_t max_ = 0;
};

} // namespace ktcp::tools
