// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Threads with a worker each, for the blocking models.
#pragma once

#include "worker.hh"

#include <condition_variable>
#include <functional>

namespace ktcp::user {

// Nobody joins the threads: each takes itself off the count as the last thing that it
// does, and whoever owns the group waits for that. start() and wait() are the owner's.
class ThreadGroup {
public:
    explicit ThreadGroup(Service& service) : service_(service) {}
    ~ThreadGroup() { wait(); }
    ThreadGroup(const ThreadGroup&) = delete;
    ThreadGroup& operator=(const ThreadGroup&) = delete;

    // Runs work, which throws nothing, in a new thread. False, and nothing is run, if there is none
    // to be had.
    bool start(std::function<bool(Worker&)> work) noexcept;
    // Until all have finished. True if all work, ever, returned true.
    bool wait() noexcept;

    const std::atomic<uint32_t>& size() const { return running_; }

private:
    void run(std::unique_ptr<Worker> worker, const std::function<bool(Worker&)>& work) noexcept;

    Service& service_;
    std::mutex mutex_;
    std::condition_variable finished_;
    std::atomic<uint32_t> running_{0};
    bool well_ = true;
};

} // namespace ktcp::user
