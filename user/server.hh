// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A protocol served on a port by a server model: what both programs are.
#pragma once

#include "listener.hh"
#include "loops/models.hh"

#include <string>
#include <thread>

namespace ktcp::user {

struct ServerOptions {
    std::vector<ListenAddress> addresses; // at least one
    uint16_t port = 0;                    // 0: any that is free
    const Model* model = &default_model();
    unsigned threads = 1; // or processes, as the model has it (Model::scale)
    int backlog = 128;
#define KTCP_HOST_LIMIT_MEMBER(name, preset, least, most, unit, what) uint32_t name = preset;
    KTCP_HOST_LIMITS(KTCP_HOST_LIMIT_MEMBER)
#undef KTCP_HOST_LIMIT_MEMBER
    uint32_t user_timeout = 0;      // ms (listener.hh)
    std::vector<std::string> roots; // by number; none: the protocol asks for no files
    ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH;
    CacheLimits cache;
};

// The constructor opens everything that can fail (StartError); then start(), drain()
// or abort() or both, and wait(). `config` is the protocol's and outlives the server.
class Server {
public:
    Server(const ktcp_protocol& protocol, const void* config, const ServerOptions& options);
    ~Server(); // aborts what still runs
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void start();
    uint16_t port() const { return port_; }

    void drain() noexcept; // gives up after options.drain_timeout
    void abort() noexcept;
    // Readable once all threads have finished.
    int finished_fd() const { return finished_.get(); }
    // Joins them. True if every session ended by itself.
    bool wait() noexcept;

    // The sum over all workers, of child processes too; at any time.
    void count(Counters& totals) const noexcept { service_->records.sum(totals); }
    // The counters, and what there is now, as both programs show them: a line.
    std::string describe() const;
    uint32_t connections() const { return service_->connections.load(std::memory_order_relaxed); }

private:
    struct Thread {
        std::unique_ptr<Worker> worker;
        std::unique_ptr<Loop> loop;
        std::thread thread;
        bool ended_well = true;
    };
    struct DestroyService {
        void operator()(Service* service) const { service->~Service(); }
    };
    void run(Thread& thread) noexcept;

    const ServerOptions options_;
    std::unique_ptr<Roots> roots_;
    SharedMemory memory_;
    std::unique_ptr<Service, DestroyService> service_; // in memory_
    Descriptor finished_;
    uint16_t port_ = 0;
    std::vector<Thread> threads_;
    std::atomic<size_t> running_{0};
};

} // namespace ktcp::user
