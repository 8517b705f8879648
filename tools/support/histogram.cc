// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "histogram.hh"

#include <algorithm>
#include <cmath>

namespace ktcp::tools {
namespace {

double squared(double x) { return x * x; }

} // namespace

void Histogram::add(const Histogram& other) {
    for (std::size_t i = 0; i < size; ++i)
        counts_[i] += other.counts_[i];
    total_ += other.total_;
    beyond_ += other.beyond_;
    sum_ += other.sum_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

void Histogram::clear() { *this = Histogram{}; }

// The middle of the slot, unless the least or the greatest, which are known exactly, say better.
std::uint64_t Histogram::value_at(std::size_t index) const {
    const std::uint64_t row = index / steps;
    const std::uint64_t step = index % steps;
    if (row == 0)
        return step;
    const std::uint64_t width = std::uint64_t{1} << (row - 1);
    return std::clamp((steps + step) * width + width / 2, min_, max_);
}

std::uint64_t Histogram::quantile(double fraction) const {
    if (total_ == 0)
        return 0;
    const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(total_));
    const std::uint64_t rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
    if (rank == 1)
        return min_;
    if (rank >= total_)
        return max_;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < size; ++i) {
        seen += counts_[i];
        if (seen >= rank)
            return value_at(i);
    }
    return max_;
}

double Histogram::mean() const {
    return total_ ? static_cast<double>(sum_) / static_cast<double>(total_) : 0;
}

double Histogram::deviation() const {
    if (total_ == 0)
        return 0;
    const double middle = mean();
    double squares = static_cast<double>(beyond_) * squared(static_cast<double>(limit) - middle);
    for (std::size_t i = 0; i < size; ++i)
        if (counts_[i])
            squares += static_cast<double>(counts_[i]) *
                       squared(static_cast<double>(value_at(i)) - middle);
    return std::sqrt(squares / static_cast<double>(total_));
}

std::vector<Histogram::Step> Histogram::distribution() const {
    std::vector<Step> known;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (!counts_[i])
            continue;
        seen += counts_[i];
        known.push_back({value_at(i), seen});
    }
    if (beyond_)
        known.push_back({max_, total_});
    // What is known exactly.
    if (!known.empty()) {
        if (known.front().count == 1)
            known.front().value = min_;
        known.back().value = max_;
    }
    return known;
}

} // namespace ktcp::tools
