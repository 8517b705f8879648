// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The system's calls on descriptors and time, as the linker binds them in the server
// target (--wrap, CMakeLists.txt): while a World is there they are its, else the system's.
#include "world/calls.hh"

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

using namespace ktcp::fuzz;

namespace ktcp::fuzz {

int failed(int error) {
    errno = error;
    return -1;
}

} // namespace ktcp::fuzz

KTCP_WRAP(int, close, (int fd)) {
    if (!World::ours(fd))
        return __real_close(fd);
    world().close(fd);
    return 0;
}

KTCP_WRAP(int, clock_gettime, (clockid_t clock, timespec* time)) {
    // By other clocks libFuzzer sees how long a run takes.
    if (!World::current || (clock != CLOCK_MONOTONIC_COARSE && clock != CLOCK_REALTIME_COARSE &&
                            clock != CLOCK_MONOTONIC))
        return __real_clock_gettime(clock, time);
    *time = clock == CLOCK_REALTIME_COARSE ? world().date()
                                           : world().monotonic(clock == CLOCK_MONOTONIC_COARSE);
    return 0;
}

KTCP_WRAP(int, clock_getres, (clockid_t, timespec* time)) {
    *time = {0, World::tick};
    return 0;
}

// ---- Calls by number

// Six words are read, as the C library does, however many were given.
extern "C" long __real_syscall(long number, ...);
extern "C" long __wrap_syscall(long number, ...);
extern "C" __attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long word[6];
    for (long& each : word)
        each = va_arg(list, long);
    va_end(list);
    const int fd = static_cast<int>(word[0]);
    if (!World::ours(fd))
        return __real_syscall(number, word[0], word[1], word[2], word[3], word[4], word[5]);
    switch (number) {
    case SYS_recvfrom:
        return receive(fd, reinterpret_cast<void*>(word[1]), static_cast<size_t>(word[2]),
                       static_cast<int>(word[3]));
    case SYS_sendto: {
        const iovec piece = {reinterpret_cast<void*>(word[1]), static_cast<size_t>(word[2])};
        return send_bytes(fd, &piece, 1, static_cast<int>(word[3]));
    }
    case SYS_openat2:
        return open_beneath(fd, reinterpret_cast<const char*>(word[1]),
                            *reinterpret_cast<const open_how*>(word[2]));
    }
    check(false, "an unknown call", std::to_string(number));
    return -1;
}

// ---- Bells and alarms

KTCP_WRAP(int, eventfd, (unsigned count, int flags)) {
    if (!World::current)
        return __real_eventfd(count, flags);
    return world().fails(Call::start) ? -1 : world().add(std::make_shared<Bell>());
}

KTCP_WRAP(int, timerfd_create, (int clock, int flags)) {
    if (!World::current)
        return __real_timerfd_create(clock, flags);
    return world().fails(Call::start) ? -1 : world().add(std::make_shared<Alarm>());
}

KTCP_WRAP(int, timerfd_settime, (int fd, int flags, const itimerspec* time, itimerspec* old)) {
    if (!World::ours(fd))
        return __real_timerfd_settime(fd, flags, time, old);
    auto* alarm = world().find<Alarm>(fd);
    check(alarm && flags == TFD_TIMER_ABSTIME, "timerfd_settime");
    alarm->due = static_cast<uint64_t>(time->it_value.tv_sec) * 1000000000u +
                 static_cast<uint64_t>(time->it_value.tv_nsec);
    alarm->rang = alarm->due != 0 && alarm->due <= world().now;
    if (alarm->rang) {
        alarm->due = 0;
        world().signal(*alarm);
    }
    return 0;
}

KTCP_WRAP(ssize_t, write, (int fd, const void* data, size_t size)) {
    if (!World::ours(fd))
        return __real_write(fd, data, size);
    auto* bell = world().find<Bell>(fd);
    check(bell && size == sizeof(uint64_t), "write to no bell");
    bell->count += *static_cast<const uint64_t*>(data);
    world().signal(*bell);
    return static_cast<ssize_t>(size);
}

KTCP_WRAP(ssize_t, read, (int fd, void* data, size_t size)) {
    if (!World::ours(fd))
        return __real_read(fd, data, size);
    if (auto* alarm = world().find<Alarm>(fd)) {
        if (!alarm->rang)
            return failed(EAGAIN);
        alarm->rang = false;
        const uint64_t one = 1;
        std::memcpy(data, &one, sizeof one);
        return sizeof one;
    }
    auto* inotify = world().find<Inotify>(fd);
    check(inotify, "read of an unknown thing");
    std::string bytes;
    auto& queue = inotify->watches.queue;
    while (!queue.empty() && bytes.size() + queue.front().size() <= size) {
        bytes += queue.front();
        queue.pop_front();
    }
    if (bytes.empty())
        return failed(EAGAIN);
    std::memcpy(data, bytes.data(), bytes.size());
    return static_cast<ssize_t>(bytes.size());
}
