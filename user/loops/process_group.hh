// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Child processes with a worker each, for the models that fork.
#pragma once

#include "worker.hh"

#include <functional>
#include <span>
#include <sys/types.h>
#include <vector>

namespace ktcp::user {

// Used by one thread of the parent, which must live longer than the children: each is
// killed by the kernel when that thread ends, by whatever (PR_SET_PDEATHSIG). Children
// get their orders as threads do, from the service's memory; signals that the server
// handles stay blocked in them. What they count is in their records, in shared memory.
class ProcessGroup {
public:
    explicit ProcessGroup(Service& service); // throws StartError
    ~ProcessGroup();                         // kills those that are left
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    // Runs work in a new process, which keeps no descriptors but the standard ones, the
    // service's, and `keep`. Once the process has ended, `place` is given back, or what its
    // record has instead.
    enum class Started {
        yes,
        no,     // there is none to be had, and nothing was run
        killed, // it could not be watched: nobody knows how far it has come
    };
    Started start(std::span<const int> keep, const std::function<bool(Worker&)>& work,
                  AddressLimit::Place place = AddressLimit::uncounted) noexcept;

    // Readable when reap() has something to do, which is to take back what processes had
    // that have ended.
    int ended_fd() const { return ended_.get(); }
    void reap() noexcept;
    // Waits for one to end, or for another order, at most until `due`; and reaps.
    void wait_for_end(ktcp_time due) noexcept;
    // Reaps until none is left. Kills those that have not obeyed an order in time. True if
    // all work, ever, returned true.
    bool wait() noexcept;

    const std::atomic<uint32_t>& size() const { return running_; }

private:
    struct Child {
        pid_t pid = 0;
        Descriptor process; // a pidfd; none: the place is free
        WorkerRecord* record = nullptr;
    };
    [[noreturn]] void become_child(pid_t parent, std::vector<int>& keep, WorkerRecord& record,
                                   const std::function<bool(Worker&)>& work) noexcept;
    size_t free_place();
    bool watch(pid_t pid, size_t place) noexcept;
    void give_back(WorkerRecord& record) noexcept;
    void kill_all() noexcept;

    Service& service_;
    Descriptor ended_; // an epoll instance with all the pidfds
    std::vector<Child> children_;
    size_t next_place_ = 0;
    std::atomic<uint32_t> running_{0};
    bool well_ = true;
};

} // namespace ktcp::user
