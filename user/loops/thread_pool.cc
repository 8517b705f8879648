// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "thread-pool": a fixed number of threads, started before any client comes.
// They share the listening sockets, and each serves one client after another.
#include "loops/blocking.hh"
#include "loops/models.hh"
#include "start_error.hh"

#include <list>
#include <system_error>
#include <thread>

namespace ktcp::user {

namespace {

class ThreadPoolLoop final : public Loop {
public:
    // Threads that are not to be had are missed at the start, and not later: they start
    // here, and wait for run().
    ThreadPoolLoop(Worker& worker, std::vector<Descriptor> listeners)
        : service_(worker.service), listeners_(std::move(listeners)) {
        try {
            for (unsigned i = 0; i < service_.pool; ++i)
                members_.emplace_back(*this);
        } catch (const std::system_error& error) {
            end_members();
            throw StartError("cannot start a thread", error.what(),
                             "ask for fewer with --threads, or raise ulimit -u");
        } catch (...) { // no descriptor for its door, or no memory
            end_members();
            throw;
        }
    }
    ~ThreadPoolLoop() override { begin(); }

    bool run() noexcept override {
        begin();
        while (service_.orders.current() == Order::serve)
            service_.orders.wait(Order::serve, 0, KTCP_NEVER);
        stop_listening(listeners_);
        bool well = true;
        for (Member& member : members_) {
            member.thread.join();
            well &= member.well;
        }
        return well;
    }

private:
    struct Member {
        explicit Member(ThreadPoolLoop& pool)
            : worker(pool.service_, *pool.service_.records.take()), door(worker, pool.listeners_),
              thread([this, &pool] {
                  pool.begun_.wait(false);
                  well = serve_in_turn(worker, door);
              }) {}

        Worker worker;
        FrontDoor door;
        bool well = true;
        std::jthread thread;
    };

    // Those that have started wait to be let go; their list joins them.
    void end_members() noexcept {
        service_.orders.abort();
        begin();
    }

    void begin() noexcept {
        begun_ = true;
        begun_.notify_all();
    }

    Service& service_;
    std::vector<Descriptor> listeners_;
    std::atomic<bool> begun_{false};
    std::list<Member> members_;
};

} // namespace

std::unique_ptr<Loop> make_thread_pool_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<ThreadPoolLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
