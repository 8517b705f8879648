// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Which call is to fail, as the driver (fault_run.py) tells the program under test: a page
// that both have mapped, and that forked children share.
#pragma once

#include <atomic>
#include <cstdint>

namespace ktcp::test {

// Kinds of calls, by the numbers that the driver uses. MEMORY stands for all of malloc,
// calloc, realloc, aligned_alloc and operator new; URING_COMPLETION for the result of a
// request that io_uring has carried out.
// clang-format off
#define KTCP_FAULT_KINDS(X)                                                                       \
    X(memory) X(mmap) X(socket) X(bind) X(listen) X(setsockopt) X(getsockname) X(getpeername)     \
    X(accept4) X(recv) X(send) X(sendmsg) X(sendfile) X(shutdown) X(epoll_create1) X(epoll_ctl)   \
    X(epoll_wait) X(poll) X(select) X(eventfd) X(timerfd_create) X(signalfd) X(pthread_create)    \
    X(fork) X(waitpid) X(pidfd_open) X(open) X(openat) X(openat2) X(fstat) X(fstatat) X(fstatfs)  \
    X(getdents64) X(pread) X(read) X(fcntl) X(inotify_init1) X(inotify_add_watch)                 \
    X(memfd_create) X(ftruncate) X(getrandom) X(uring_setup) X(uring_probe) X(uring_buffers)      \
    X(uring_enter) X(uring_completion) X(getsockopt) X(write) X(getaddrinfo) X(close_range)

// clang-format on
enum class FaultKind : uint32_t {
    none,
#define KTCP_FAULT_ENUM(name) name,
    KTCP_FAULT_KINDS(KTCP_FAULT_ENUM)
#undef KTCP_FAULT_ENUM
        count
};

// fault_order.py reads and writes it by these offsets.
struct FaultOrder {
    static constexpr uint32_t frames_max = 32;

    std::atomic<uint32_t> kind;      // FaultKind; what is written last
    std::atomic<int32_t> error;      // an errno
    std::atomic<int64_t> left;       // the call that fails is the left-th from now
    std::atomic<uint32_t> fired;     // it has
    std::atomic<uint32_t> frames;    // of the stack that was met
    uint64_t base;                   // where the program lies
    uint64_t stack[frames_max];      // return addresses, the innermost first
    std::atomic<uint64_t> calls[64]; // so far, by kind
};
static_assert(static_cast<uint32_t>(FaultKind::count) <= 64);

} // namespace ktcp::test
