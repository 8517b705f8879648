// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

namespace ktcp::tools {

// An epoll set with a slow periodic timer in it, whose events carry a null pointer. Time-outs hang
// on that timer: a time-out given to epoll_wait would have the kernel set and cancel a timer at
// each sleep.
class TickingEpoll {
public:
    TickingEpoll() = default;
    ~TickingEpoll();
    TickingEpoll(const TickingEpoll&) = delete;
    TickingEpoll& operator=(const TickingEpoll&) = delete;

    static constexpr long tick_ns = 100'000'000;

    // What went wrong, or an empty string. `period` of the ticks in ns, below a second.
    [[nodiscard]] std::string open(long period = tick_ns);
    [[nodiscard]] int fd() const { return epoll_; }
    // Takes a tick; false if there was none.
    [[nodiscard]] bool take_tick();

private:
    int epoll_ = -1;
    int timer_ = -1;
};

} // namespace ktcp::tools
