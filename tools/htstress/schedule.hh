// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace htstress {

// When requests are due, with a rate given: an open model, in which the next request does not wait
// for the answer to the one before. The run's schedule has a request every 1/rate seconds; thread i
// of n takes every n-th from the i-th on, so that the threads together keep the spacing.
class Schedule {
public:
    Schedule() = default;
    // `begin` in ns. `limit`: of the whole run's requests; 0 is without end. `deadline`, in ns:
    // what would be due then or later is not; 0 is none.
    Schedule(std::uint64_t begin, double rate, unsigned threads, unsigned index,
             std::uint64_t limit, std::uint64_t deadline)
        : begin_(begin), interval_(1e9 / rate), threads_(threads), index_(index), limit_(limit),
          deadline_(deadline) {}

    // Is there another one, and when (ns)?
    [[nodiscard]] bool more() const {
        return !all_taken() && (deadline_ == 0 || due() < deadline_);
    }
    [[nodiscard]] std::uint64_t due() const { return at(number()); }
    // Were all of a limited number taken? Then nothing is due any more, whatever time is left.
    [[nodiscard]] bool all_taken() const { return limit_ != 0 && number() >= limit_; }
    void take() { ++taken_; }
    [[nodiscard]] std::uint64_t taken() const { return taken_; }

    // How many of this thread's are due before `now` (or the deadline) and were not taken.
    [[nodiscard]] std::uint64_t missed(std::uint64_t now) const {
        Schedule rest = *this;
        rest.deadline_ = deadline_ ? std::min(deadline_, now) : now;
        if (!rest.more())
            return 0;
        // Near enough by division; then exactly, as more() would say it.
        const double behind = static_cast<double>(rest.deadline_ - rest.due()) /
                              (interval_ * static_cast<double>(threads_));
        rest.taken_ += static_cast<std::uint64_t>(std::max(0.0, std::floor(behind) - 1));
        if (limit_ && rest.number() >= limit_)
            rest.taken_ = (limit_ - 1 - index_) / threads_;
        while (rest.more())
            rest.take();
        return rest.taken_ - taken_;
    }

private:
    [[nodiscard]] std::uint64_t number() const { return taken_ * threads_ + index_; }
    [[nodiscard]] std::uint64_t at(std::uint64_t number) const {
        return begin_ + static_cast<std::uint64_t>(static_cast<double>(number) * interval_);
    }

    std::uint64_t begin_ = 0;
    double interval_ = 0; // ns, of the whole run
    std::uint64_t threads_ = 1, index_ = 0;
    std::uint64_t limit_ = 0, deadline_ = 0;
    std::uint64_t taken_ = 0;
};

} // namespace htstress
