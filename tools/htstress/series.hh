// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

namespace htstress {

// How many requests ended in each second of the measured window. Of one thread while the run goes
// on, added up at the end. Allocates once a second at most.
class Series {
public:
    // `since` is ns from the beginning of the window.
    void count(std::uint64_t since) {
        const std::uint64_t second = since / 1'000'000'000;
        if (second >= seconds_.size())
            seconds_.resize(second + 1);
        ++seconds_[second];
    }

    void add(const Series& other) {
        if (other.seconds_.size() > seconds_.size())
            seconds_.resize(other.seconds_.size());
        for (std::size_t i = 0; i < other.seconds_.size(); ++i)
            seconds_[i] += other.seconds_[i];
    }

    [[nodiscard]] const std::vector<std::uint64_t>& seconds() const { return seconds_; }

private:
    std::vector<std::uint64_t> seconds_;
};

} // namespace htstress
