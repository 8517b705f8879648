// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace ktcp::plugin {

// Whose time it is.
enum class Role : std::uint8_t { client, idle, other }; // other: the server and all the rest
constexpr std::size_t role_count = 3;

// How deep below the task: its own code and system calls (and interrupt handlers that hit it);
// a softirq that runs on its back; in that softirq, the way of a TCP packet up to its socket, which
// is the client's or the server's; a kernel module's code called from the softirq, with all that it
// calls.
enum class Level : std::uint8_t { task, softirq, to_client, to_server, softirq_module };
constexpr std::size_t level_count = 5;

// Inside a softirq, but in no module's code.
constexpr bool is_plain_softirq(Level level) {
    return level == Level::softirq || level == Level::to_client || level == Level::to_server;
}

// Where the instruction lies.
enum class Region : std::uint8_t { user, core, module };
constexpr std::size_t region_count = 3;

using Counts = std::array<std::uint64_t, level_count * region_count>;

constexpr std::size_t cell_of(Level level, Region region) {
    return static_cast<std::size_t>(level) * region_count + static_cast<std::size_t>(region);
}

struct Call;

// Which call (calls.hh) a context is inside of: a task, or the softirq that a vCPU runs.
struct CallState {
    Call* call = nullptr;
    std::uint64_t from = 0;
};

// A task of the guest under one name. Lives until QEMU ends. A task runs on one vCPU at a time
// and the guest's scheduler orders its moves, so `counts` needs no atomics; a reader in another
// thread may miss the block that is just being run.
struct Task {
    std::uint64_t address = 0; // of thread.sp in its task_struct
    std::int32_t pid = -1;
    std::string comm;
    Role role = Role::other;
    Counts counts{};
    Counts base{}; // counts when the window began
    CallState call;
};

class Tasks {
public:
    // The task whose saved stack pointer lies at `address`, called `comm` now.
    Task& find(std::uint64_t address, std::int32_t pid, const char* comm,
               const std::vector<std::string>& clients);

    template <typename Visit> void for_each(Visit visit) {
        const std::lock_guard lock(mutex_);
        for (const auto& task : tasks_)
            visit(*task);
    }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Task>> tasks_;
    std::unordered_map<std::uint64_t, Task*> latest_; // by address
};

} // namespace ktcp::plugin
