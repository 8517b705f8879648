// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/thread_group.hh"

#include <system_error>
#include <thread>

namespace ktcp::user {

bool ThreadGroup::start(std::function<bool(Worker&)> work) noexcept {
    WorkerRecord* record = service_.records.take();
    if (!record)
        return false;
    running_.fetch_add(1, std::memory_order_relaxed);
    try {
        auto worker = std::make_unique<Worker>(service_, *record);
        auto body = [this, worker = std::move(worker), work = std::move(work)]() mutable {
            run(std::move(worker), work);
        };
        std::thread(std::move(body)).detach();
        return true;
    } catch (const std::exception&) { // no thread, or no memory for its beginning
        running_.fetch_sub(1, std::memory_order_relaxed);
        service_.records.give_back(*record);
        return false;
    }
}

// The notice is given under the lock: when that is let go, which is the last that this
// does, the group may be gone.
void ThreadGroup::run(std::unique_ptr<Worker> worker,
                      const std::function<bool(Worker&)>& work) noexcept {
    bool well = work(*worker);
    WorkerRecord& record = worker->record;
    worker.reset();
    service_.records.give_back(record);
    std::lock_guard lock(mutex_);
    well_ &= well;
    running_.fetch_sub(1, std::memory_order_relaxed);
    finished_.notify_all();
}

bool ThreadGroup::wait() noexcept {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return running_.load(std::memory_order_relaxed) == 0; });
    return well_;
}

} // namespace ktcp::user
