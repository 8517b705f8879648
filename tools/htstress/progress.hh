// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace htstress {

// What a run has come to.
struct Sight {
    enum class Phase : std::uint8_t { warming, measuring };
    Phase phase = Phase::measuring;
    std::uint64_t requests = 0; // ended in this phase
    std::uint64_t failures = 0; // of those
};

// One line: where the run is after `seconds` of this phase, and how fast it went since the last
// line, if that was in this phase.
[[nodiscard]] std::string progress_line(const Sight& now, std::uint64_t wanted, double seconds,
                                        std::optional<double> requests_per_second);

// Such lines, one after the other.
class Progress {
public:
    // `wanted`: requests in all; 0: without end.
    Progress(std::function<Sight()> look, std::uint64_t wanted);

    [[nodiscard]] std::string line();

private:
    using Clock = std::chrono::steady_clock;

    const std::function<Sight()> look_;
    const std::uint64_t wanted_;
    Clock::time_point begin_; // of the phase
    Clock::time_point before_;
    Sight last_;
};

} // namespace htstress
