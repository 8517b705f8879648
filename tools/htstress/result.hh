// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <algorithm>
#include <string>

#include "options.hh"
#include "tally.hh"

namespace htstress {

// What the reports are made of. Refers to what main() owns; made when all threads have ended.
struct Result {
    const Options& options;
    const Tally& tally;
    double seconds;      // that the measured window took, last answers included
    std::string command; // as it was given, to be pasted into a shell

    // What the rates are of: up to the deadline, if it was reached. What was under way then is
    // waited for, and one answer that takes long must not thin out the rest.
    [[nodiscard]] double counted_seconds() const {
        return options.duration > 0 ? std::min(seconds, options.duration) : seconds;
    }
    [[nodiscard]] double requests_per_second() const {
        const double counted = counted_seconds();
        return counted > 0 ? static_cast<double>(tally.requests() - tally.late) / counted : 0;
    }
    [[nodiscard]] double good_per_second() const {
        const double counted = counted_seconds();
        return counted > 0 ? static_cast<double>(tally.good - tally.late_good) / counted : 0;
    }
    // With a rate requests are due at given times, and `latency` counts from there.
    [[nodiscard]] bool has_service() const { return tally.service.total() > 0; }
};

} // namespace htstress
