// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "signals.hh"

#include "start_error.hh"

#include <csignal>
#include <cstdio>
#include <new>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

sigset_t handled() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    return set;
}

void tell_counters(const Server& server, const char* program) noexcept {
    try {
        std::fprintf(stderr, "%s: %s\n", program, server.describe().c_str());
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "%s: no memory to tell the counters; ask again\n", program);
    }
}

} // namespace

void block_signals() {
    sigset_t set = handled();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGIO, SIG_IGN); // file_reading.hh
}

int serve_until_signalled(Server& server, const char* program,
                          const std::function<void()>& started) {
    sigset_t set = handled();
    Descriptor signals(signalfd(-1, &set, SFD_CLOEXEC));
    if (!signals)
        throw StartError::with_errno("cannot create a signalfd",
                                     "raise the limit of open files (ulimit -n)");
    server.start();
    started();
    int stops = 0;
    for (;;) {
        pollfd waits[] = {{signals.get(), POLLIN, 0}, {server.finished_fd(), POLLIN, 0}};
        if (poll(waits, 2, -1) < 0)
            continue;
        if (waits[1].revents)
            break;
        signalfd_siginfo signal = {};
        if (read(signals.get(), &signal, sizeof signal) != sizeof signal)
            continue;
        if (signal.ssi_signo == SIGUSR1) {
            tell_counters(server, program);
        } else if (stops++ == 0) {
            server.drain();
        } else {
            server.abort();
        }
    }
    bool drained = server.wait();
    if (!drained)
        std::fprintf(stderr, "%s: stopped; connections that were in use have been cut off\n",
                     program);
    return stops > 1 && !drained ? 1 : 0;
}

} // namespace ktcp::user
