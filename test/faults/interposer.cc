// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Linked into a copy of a server (CMakeLists.txt): the C library's functions by which it asks
// for memory and for the kernel's services, each of which can be told to fail once
// (fault_order.hh). Being the program's own, they come before those of every library: so
// what libstdc++, zlib, zstd and liburing allocate goes this way, too. Without the variable
// KTCP_FAULTS, or an order, all is as ever.
#include "fault_order.hh"

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <liburing.h>
#include <link.h>
#include <netdb.h>
#include <new>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <unwind.h>

namespace {

using ktcp::test::FaultKind;
using ktcp::test::FaultOrder;

FaultOrder* order = nullptr;
// One call of the program may be several of ours (operator new and malloc): one is counted.
thread_local bool inside = false;

template <class Function> Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

_Unwind_Reason_Code note_frame(_Unwind_Context* context, void* count) {
    uint32_t& frames = *static_cast<uint32_t*>(count);
    if (frames == FaultOrder::frames_max)
        return _URC_END_OF_STACK;
    order->stack[frames++] = _Unwind_GetIP(context);
    return _URC_NO_REASON;
}

// Not by backtrace(), which loads a library for it.
__attribute__((noinline)) void note_stack() {
    inside = true; // what this allocates is nobody's
    uint32_t frames = 0;
    _Unwind_Backtrace(note_frame, &frames);
    order->frames = frames;
    inside = false;
}

bool fails(FaultKind kind) {
    if (!order || inside)
        return false;
    const auto number = static_cast<uint32_t>(kind);
    order->calls[number].fetch_add(1, std::memory_order_relaxed);
    if (order->kind.load(std::memory_order_acquire) != number || order->left.fetch_sub(1) != 1)
        return false;
    note_stack();
    order->fired = 1;
    errno = order->error;
    return true;
}

// Until its end calls within are not counted.
class Inside {
public:
    Inside() : before_(inside) { inside = true; }
    ~Inside() { inside = before_; }

private:
    bool before_;
};

int note_base(dl_phdr_info* info, size_t, void* base) {
    *static_cast<uint64_t*>(base) = info->dlpi_addr;
    return 1; // the program is the first
}

__attribute__((constructor)) void begin() {
    const char* path = std::getenv("KTCP_FAULTS");
    if (!path)
        return;
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    void* memory = mmap(nullptr, sizeof(FaultOrder), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory == MAP_FAILED)
        std::abort();
    auto* mapped = static_cast<FaultOrder*>(memory);
    dl_iterate_phdr(note_base, &mapped->base);
    order = mapped;
}

} // namespace

// ---- Memory

#define KTCP_ALLOCATOR(type, name, parameters, arguments)                                          \
    extern "C" type name parameters {                                                              \
        static auto* const real = next<type parameters>(#name);                                    \
        if (fails(FaultKind::memory))                                                              \
            return nullptr;                                                                        \
        Inside here;                                                                               \
        return real arguments;                                                                     \
    }

KTCP_ALLOCATOR(void*, malloc, (size_t size), (size))
KTCP_ALLOCATOR(void*, calloc, (size_t count, size_t size), (count, size))
KTCP_ALLOCATOR(void*, realloc, (void* memory, size_t size), (memory, size))
KTCP_ALLOCATOR(void*, aligned_alloc, (size_t alignment, size_t size), (alignment, size))

#define KTCP_OPERATOR_NEW(name, on_failure, symbol, parameters, arguments)                         \
    void* name parameters {                                                                        \
        static auto* const real = next<void * parameters>(symbol);                                 \
        if (fails(FaultKind::memory))                                                              \
            on_failure;                                                                            \
        Inside here;                                                                               \
        return real arguments;                                                                     \
    }

KTCP_OPERATOR_NEW(operator new, throw std::bad_alloc(), "_Znwm", (size_t size), (size))
KTCP_OPERATOR_NEW(operator new[], throw std::bad_alloc(), "_Znam", (size_t size), (size))
KTCP_OPERATOR_NEW(operator new, throw std::bad_alloc(), "_ZnwmSt11align_val_t",
                  (size_t size, std::align_val_t alignment), (size, alignment))
KTCP_OPERATOR_NEW(operator new, return nullptr, "_ZnwmRKSt9nothrow_t",
                  (size_t size, const std::nothrow_t& tag) noexcept, (size, tag))
KTCP_OPERATOR_NEW(operator new[], return nullptr, "_ZnamRKSt9nothrow_t",
                  (size_t size, const std::nothrow_t& tag) noexcept, (size, tag))
KTCP_OPERATOR_NEW(operator new, return nullptr, "_ZnwmSt11align_val_tRKSt9nothrow_t",
                  (size_t size, std::align_val_t alignment, const std::nothrow_t& tag) noexcept,
                  (size, alignment, tag))

// ---- The kernel's services: what fails returns `failed`, errno being set.

#define KTCP_CALL(kind, failed, type, name, parameters, arguments)                                 \
    extern "C" type name parameters {                                                              \
        static auto* const real = next<type parameters>(#name);                                    \
        if (fails(FaultKind::kind))                                                                \
            return failed;                                                                         \
        return real arguments;                                                                     \
    }

KTCP_CALL(mmap, MAP_FAILED, void*, mmap,
          (void* at, size_t size, int protection, int flags, int fd, off_t offset),
          (at, size, protection, flags, fd, offset))
KTCP_CALL(socket, -1, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
KTCP_CALL(bind, -1, int, bind, (int fd, const sockaddr* address, socklen_t size),
          (fd, address, size))
KTCP_CALL(listen, -1, int, listen, (int fd, int backlog), (fd, backlog))
KTCP_CALL(setsockopt, -1, int, setsockopt,
          (int fd, int level, int option, const void* value, socklen_t size),
          (fd, level, option, value, size))
KTCP_CALL(getsockopt, -1, int, getsockopt,
          (int fd, int level, int option, void* value, socklen_t* size),
          (fd, level, option, value, size))
KTCP_CALL(getsockname, -1, int, getsockname, (int fd, sockaddr* address, socklen_t* size),
          (fd, address, size))
KTCP_CALL(getpeername, -1, int, getpeername, (int fd, sockaddr* address, socklen_t* size),
          (fd, address, size))
KTCP_CALL(accept4, -1, int, accept4, (int fd, sockaddr* address, socklen_t* size, int flags),
          (fd, address, size, flags))
KTCP_CALL(recv, -1, ssize_t, recv, (int fd, void* data, size_t size, int flags),
          (fd, data, size, flags))
KTCP_CALL(sendmsg, -1, ssize_t, sendmsg, (int fd, const msghdr* message, int flags),
          (fd, message, flags))
KTCP_CALL(sendfile, -1, ssize_t, sendfile, (int to, int from, off_t* offset, size_t size),
          (to, from, offset, size))
KTCP_CALL(shutdown, -1, int, shutdown, (int fd, int how), (fd, how))
KTCP_CALL(epoll_create1, -1, int, epoll_create1, (int flags), (flags))
KTCP_CALL(epoll_wait, -1, int, epoll_wait, (int epoll, epoll_event* events, int most, int timeout),
          (epoll, events, most, timeout))
KTCP_CALL(poll, -1, int, poll, (pollfd * list, nfds_t count, int timeout), (list, count, timeout))
KTCP_CALL(select, -1, int, select,
          (int limit, fd_set* reads, fd_set* writes, fd_set* errors, timeval* timeout),
          (limit, reads, writes, errors, timeout))
KTCP_CALL(eventfd, -1, int, eventfd, (unsigned value, int flags), (value, flags))
KTCP_CALL(timerfd_create, -1, int, timerfd_create, (clockid_t clock, int flags), (clock, flags))
KTCP_CALL(signalfd, -1, int, signalfd, (int fd, const sigset_t* set, int flags), (fd, set, flags))
KTCP_CALL(pthread_create, errno, int, pthread_create,
          (pthread_t * thread, const pthread_attr_t* attributes, void* (*start)(void*), void* data),
          (thread, attributes, start, data))
KTCP_CALL(fork, -1, pid_t, fork, (), ())
KTCP_CALL(waitpid, -1, pid_t, waitpid, (pid_t pid, int* status, int options),
          (pid, status, options))
KTCP_CALL(pidfd_open, -1, int, pidfd_open, (pid_t pid, unsigned flags), (pid, flags))
KTCP_CALL(fstat, -1, int, fstat, (int fd, struct stat* st), (fd, st))
KTCP_CALL(fstatat, -1, int, fstatat, (int fd, const char* path, struct stat* st, int flags),
          (fd, path, st, flags))
KTCP_CALL(fstatfs, -1, int, fstatfs, (int fd, struct statfs* fs), (fd, fs))
KTCP_CALL(getdents64, -1, ssize_t, getdents64, (int fd, void* entries, size_t size),
          (fd, entries, size))
KTCP_CALL(pread, -1, ssize_t, pread, (int fd, void* data, size_t size, off_t offset),
          (fd, data, size, offset))
KTCP_CALL(read, -1, ssize_t, read, (int fd, void* data, size_t size), (fd, data, size))
KTCP_CALL(write, -1, ssize_t, write, (int fd, const void* data, size_t size), (fd, data, size))
KTCP_CALL(inotify_init1, -1, int, inotify_init1, (int flags), (flags))
KTCP_CALL(inotify_add_watch, -1, int, inotify_add_watch, (int fd, const char* path, uint32_t mask),
          (fd, path, mask))
KTCP_CALL(memfd_create, -1, int, memfd_create, (const char* name, unsigned flags), (name, flags))
KTCP_CALL(ftruncate, -1, int, ftruncate, (int fd, off_t size), (fd, size))
KTCP_CALL(getrandom, -1, ssize_t, getrandom, (void* data, size_t size, unsigned flags),
          (data, size, flags))
KTCP_CALL(close_range, -1, int, close_range, (unsigned first, unsigned last, int flags),
          (first, last, flags))
KTCP_CALL(getaddrinfo, EAI_MEMORY, int, getaddrinfo,
          (const char* host, const char* service, const addrinfo* hints, addrinfo** found),
          (host, service, hints, found))

// To take something out of the list takes nothing that could be lacking.
extern "C" int epoll_ctl(int epoll, int what, int fd, epoll_event* event) noexcept {
    static auto* const real = next<int(int, int, int, epoll_event*)>("epoll_ctl");
    if (what != EPOLL_CTL_DEL && fails(FaultKind::epoll_ctl))
        return -1;
    return real(epoll, what, fd, event);
}

// A sanitizer's, at the beginning of a thread: it does without nothing.
extern "C" int pthread_getattr_np(pthread_t thread, pthread_attr_t* attributes) {
    static auto* const real = next<int(pthread_t, pthread_attr_t*)>("pthread_getattr_np");
    Inside here;
    return real(thread, attributes);
}

extern "C" int open(const char* path, int flags, ...) {
    static auto* const real = next<int(const char*, int, mode_t)>("open");
    va_list list;
    va_start(list, flags);
    const mode_t mode = va_arg(list, mode_t);
    va_end(list);
    return fails(FaultKind::open) ? -1 : real(path, flags, mode);
}

extern "C" int openat(int fd, const char* path, int flags, ...) {
    static auto* const real = next<int(int, const char*, int, mode_t)>("openat");
    va_list list;
    va_start(list, flags);
    const mode_t mode = va_arg(list, mode_t);
    va_end(list);
    return fails(FaultKind::openat) ? -1 : real(fd, path, flags, mode);
}

extern "C" int fcntl(int fd, int command, ...) {
    static auto* const real = next<int(int, int, long)>("fcntl");
    va_list list;
    va_start(list, command);
    const long argument = va_arg(list, long);
    va_end(list);
    return fails(FaultKind::fcntl) ? -1 : real(fd, command, argument);
}

extern "C" long syscall(long number, ...) {
    static auto* const real = next<long(long, long, long, long, long, long, long)>("syscall");
    va_list list;
    va_start(list, number);
    long arguments[6];
    for (long& argument : arguments)
        argument = va_arg(list, long);
    va_end(list);
    const FaultKind kind = number == SYS_recvfrom  ? FaultKind::recv
                           : number == SYS_sendto  ? FaultKind::send
                           : number == SYS_openat2 ? FaultKind::openat2
                                                   : FaultKind::none;
    if (kind != FaultKind::none && fails(kind))
        return -1;
    return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                arguments[5]);
}

// ---- io_uring, by liburing's functions, which return -errno

KTCP_CALL(uring_setup, -errno, int, io_uring_queue_init_params,
          (unsigned entries, io_uring* ring, io_uring_params* parameters),
          (entries, ring, parameters))
KTCP_CALL(uring_probe, nullptr, io_uring_probe*, io_uring_get_probe_ring, (io_uring * ring), (ring))
KTCP_CALL(uring_buffers, -errno, int, io_uring_register_buf_ring,
          (io_uring * ring, io_uring_buf_reg* registration, unsigned flags),
          (ring, registration, flags))
KTCP_CALL(uring_enter, -errno, int, io_uring_submit, (io_uring * ring), (ring))
KTCP_CALL(uring_enter, -errno, int, io_uring_submit_and_wait, (io_uring * ring, unsigned count),
          (ring, count))
KTCP_CALL(uring_enter, -errno, int, io_uring_submit_and_get_events, (io_uring * ring), (ring))

// A request that was carried out becomes one that failed; an accepted socket is lost as one
// is that died in the queue. Odd words from 7 on are listeners' (loops/event_loop.hh), 0 is
// that of a cancellation, of which nobody is told.
extern "C" unsigned io_uring_peek_batch_cqe(io_uring* ring, io_uring_cqe** completions,
                                            unsigned count) {
    static auto* const real =
        next<unsigned(io_uring*, io_uring_cqe**, unsigned)>("io_uring_peek_batch_cqe");
    const unsigned n = real(ring, completions, count);
    for (unsigned i = 0; i < n; ++i) {
        io_uring_cqe& completion = *completions[i];
        if (completion.user_data == 0 || completion.res < 0 || !fails(FaultKind::uring_completion))
            continue;
        const bool accepted = completion.user_data % 2 == 1 && completion.user_data >= 7;
        if (accepted && completion.flags & IORING_CQE_F_MORE)
            close(completion.res);
        completion.res = -errno;
    }
    return n;
}
