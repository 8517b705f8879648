// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "ticking_epoll.hh"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace ktcp::tools {

TickingEpoll::~TickingEpoll() {
    if (timer_ >= 0)
        ::close(timer_);
    if (epoll_ >= 0)
        ::close(epoll_);
}

std::string TickingEpoll::open(long period) {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0)
        return fmt::format("epoll_create1: {}", std::strerror(errno));
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    const itimerspec times{{0, period}, {0, period}};
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    if (timer_ < 0 || timerfd_settime(timer_, 0, &times, nullptr) < 0 ||
        epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event) < 0)
        return fmt::format("timer: {}", std::strerror(errno));
    return {};
}

bool TickingEpoll::take_tick() {
    std::uint64_t expirations = 0;
    return read(timer_, &expirations, sizeof expirations) >= 0;
}

} // namespace ktcp::tools
