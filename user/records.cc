// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "records.hh"

#include <new>

namespace ktcp::user {

Records::Records(size_t capacity) : capacity_(capacity), memory_(capacity * sizeof(WorkerRecord)) {}

WorkerRecord* Records::take() noexcept {
    std::lock_guard lock(mutex_);
    if (WorkerRecord* record = free_) {
        free_ = record->next_free;
        return record;
    }
    size_t used = used_.load(std::memory_order_relaxed);
    if (used == capacity_)
        return nullptr;
    auto* record = new (records() + used) WorkerRecord;
    used_.store(used + 1, std::memory_order_release);
    return record;
}

void Records::give_back(WorkerRecord& record) noexcept {
    std::lock_guard lock(mutex_);
    record.next_free = free_;
    free_ = &record;
}

void Records::sum(Counters& totals) const noexcept {
    each([&totals](const WorkerRecord& record) { totals.merge(record.counters); });
}

} // namespace ktcp::user
