// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "server.hh"

#include "start_error.hh"

#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace ktcp::user {

namespace {

unsigned loop_count(const ServerOptions& options) {
    return options.model->scale == Scale::loops ? options.threads : 1;
}

// As many workers as there can be at a time, and the loop's own.
size_t record_count(const ServerOptions& options) {
    switch (options.model->scale) {
    case Scale::loops:
        return options.threads;
    case Scale::workers:
        return size_t{1} + options.threads;
    case Scale::one:
        break;
    }
    return size_t{1} + options.max_connections;
}

} // namespace

Server::Server(const ktcp_protocol& protocol, const void* config, const ServerOptions& options)
    : options_(options),
      roots_(options.roots.empty() ? nullptr
                                   : std::make_unique<Roots>(options.roots, options.symlinks)),
      memory_(sizeof(Service)),
      service_(new (memory_.get()) Service{.protocol = protocol,
                                           .config = config,
                                           .roots = roots_.get(),
                                           .cache_limits = options.cache,
                                           .workers_last = options.model->scale == Scale::loops,
                                           .max_connections = options.max_connections,
                                           .pool = options.threads,
                                           .records = Records(record_count(options)),
                                           .spare = SpareMemory(options.sort_memory)}),
      finished_(eventfd(0, EFD_CLOEXEC)), threads_(loop_count(options)) {
    if (!finished_)
        throw StartError::with_errno("cannot create an eventfd",
                                     "raise the limit of open files (ulimit -n)");
    if (options.max_per_address)
        service_->addresses.emplace(options.max_per_address, options.max_connections,
                                    service_->records);
    auto loops = static_cast<unsigned>(threads_.size());
    Listeners listeners(options.addresses, options.port, options.backlog, loops,
                        options.user_timeout);
    port_ = listeners.port();
    for (unsigned i = 0; i < loops; ++i) {
        threads_[i].worker = std::make_unique<Worker>(*service_, *service_->records.take());
        threads_[i].loop = options.model->make(*threads_[i].worker, listeners.take(i));
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
        while (write(finished_.get(), &one, sizeof one) < 0 && errno == EINTR) {
        }
    }
}

std::string Server::describe() const {
    Counters totals;
    count(totals);
    std::string text = "connections " + std::to_string(connections()) + " " + totals.describe();
    if (roots_)
        text += " cache_bytes " + std::to_string(service_->cache.bytes()) + " cache_answers " +
                std::to_string(service_->cache.answers());
    return text;
}

void Server::drain() noexcept {
    service_->orders.drain(monotonic_time() + options_.drain_timeout * KTCP_MILLISECOND);
}

void Server::abort() noexcept { service_->orders.abort(); }

bool Server::wait() noexcept {
    bool well = true;
    for (Thread& thread : threads_) {
        if (thread.thread.joinable())
            thread.thread.join();
        well &= thread.ended_well;
    }
    return well;
}

} // namespace ktcp::user
