// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tasks.hh"

#include <algorithm>

namespace ktcp::plugin {

// The same address may be another task later, and the same task has another name after exec:
// each gets a record of its own.
Task& Tasks::find(std::uint64_t address, std::int32_t pid, const char* comm,
                  const std::vector<std::string>& clients) {
    const std::lock_guard lock(mutex_);
    Task*& latest = latest_[address];
    if (latest && latest->pid == pid && latest->comm == comm)
        return *latest;
    for (const auto& task : tasks_)
        if (task->address == address && task->pid == pid && task->comm == comm) {
            latest = task.get();
            return *latest;
        }
    auto task = std::make_unique<Task>();
    task->address = address;
    task->pid = pid;
    task->comm = comm;
    const bool is_client = std::find(clients.begin(), clients.end(), task->comm) != clients.end();
    task->role = is_client ? Role::client : pid == 0 ? Role::idle : Role::other;
    latest = task.get();
    tasks_.push_back(std::move(task));
    return *latest;
}

} // namespace ktcp::plugin
