// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "server.hh"

#include "start_error.hh"

#include <sys/eventfd.h>
#include <system_error>
#include <time.h>
#include <unistd.h>

namespace ktcp::user {

Server::Server(const ktcp_protocol& protocol, const void* config, const ServerOptions& options)
    : options_(options),
      root_(options.root.empty() ? nullptr : std::make_unique<Root>(options.root)),
      service_{protocol, config, root_.get(), options.cache_entries, options.max_connections},
      finished_(eventfd(0, EFD_CLOEXEC)), threads_(options.threads) {
    if (!finished_)
        throw StartError::with_errno("cannot create an eventfd",
                                     "raise the limit of open files (ulimit -n)");
    Listeners listeners(options.addresses, options.port, options.backlog, options.threads);
    port_ = listeners.port();
    for (unsigned i = 0; i < options.threads; ++i) {
        threads_[i].worker = std::make_unique<Worker>(service_);
        threads_[i].loop = make_epoll_et_loop(*threads_[i].worker, listeners.take(i));
    }
}

Server::~Server() {
    abort();
    wait();
}

void Server::start() {
    running_ = threads_.size();
    for (Thread& thread : threads_) {
        try {
            thread.thread = std::thread([this, &thread] { run(thread); });
        } catch (const std::system_error& error) {
            throw StartError("cannot start a thread", error.what(),
                             "ask for fewer with --threads, or raise ulimit -u");
        }
    }
}

void Server::run(Thread& thread) noexcept {
    thread.ended_well = thread.loop->run();
    if (running_.fetch_sub(1) == 1) {
        uint64_t one = 1;
        [[maybe_unused]] ssize_t n = write(finished_.get(), &one, sizeof one);
    }
}

// By the precise clock, which is never behind the coarse one that loops compare with.
void Server::drain() noexcept {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    ktcp_time until = static_cast<ktcp_time>(now.tv_sec) * KTCP_SECOND +
                      static_cast<ktcp_time>(now.tv_nsec) +
                      options_.drain_timeout * KTCP_MILLISECOND;
    for (Thread& thread : threads_)
        thread.loop->drain(until);
}

void Server::abort() noexcept {
    for (Thread& thread : threads_)
        if (thread.loop)
            thread.loop->abort();
}

bool Server::wait() noexcept {
    bool well = true;
    for (Thread& thread : threads_) {
        if (thread.thread.joinable())
            thread.thread.join();
        well &= thread.ended_well;
    }
    return well;
}

void Server::count(Counters& totals) const noexcept {
    for (const Thread& thread : threads_)
        totals.merge(thread.worker->counters);
}

} // namespace ktcp::user
