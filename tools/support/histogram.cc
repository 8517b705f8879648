// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "histogram.hh"

#include <algorithm>
#include <cmath>

namespace ktcp::tools {

void Histogram::add(const Histogram& other) {
    for (std::size_t i = 0; i < size; ++i)
        counts_[i] += other.counts_[i];
    total_ += other.total_;
    max_ = std::max(max_, other.max_);
}

void Histogram::clear() { *this = Histogram{}; }

std::uint64_t Histogram::middle_of(std::size_t index) {
    const std::uint64_t row = index / steps;
    const std::uint64_t step = index % steps;
    if (row == 0)
        return step;
    const std::uint64_t width = std::uint64_t{1} << (row - 1);
    return (steps + step) * width + width / 2;
}

std::uint64_t Histogram::quantile(double fraction) const {
    if (total_ == 0)
        return 0;
    const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(total_));
    const std::uint64_t rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < size; ++i) {
        seen += counts_[i];
        if (seen >= rank)
            return std::min(middle_of(i), max_);
    }
    return max_;
}

} // namespace ktcp::tools
