// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>

#include "clock.hh"
#include "marker.hh"

namespace ktcp::tools {

// The time in which a run counts. Opened and closed while no thread looks.
class MeasuredWindow {
public:
    // `marker`: for a TCG plugin, too. `duration`: seconds; 0 is without limit.
    void open(bool marker, double duration) {
        if (marker)
            mark_window_begin();
        begin_ = monotonic_ns();
        if (duration > 0)
            deadline_ = begin_ + static_cast<std::uint64_t>(duration * 1e9);
    }
    void close(bool marker) {
        end_ = monotonic_ns();
        if (marker)
            mark_window_end();
    }

    [[nodiscard]] std::uint64_t begin() const { return begin_; }
    // When it has to stop; 0 before it is opened, and when there is no limit.
    [[nodiscard]] std::uint64_t deadline() const { return deadline_; }
    [[nodiscard]] double seconds() const { return static_cast<double>(end_ - begin_) * 1e-9; }

private:
    std::uint64_t begin_ = 0, end_ = 0, deadline_ = 0; // ns
};

} // namespace ktcp::tools
