// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Every live connection of a worker, the one whose patience ends first in front.
#pragma once

#include "ktcp/types.h"

namespace ktcp::user {

// What a thing inherits to be kept in a DeadlineHeap: it knows its place there, so
// that removing it needs no search. In one heap at most.
class Deadline {
public:
    bool scheduled() const { return place_ != nowhere; }

private:
    friend class DeadlineHeap;
    static constexpr uint32_t nowhere = UINT32_MAX;
    uint32_t place_ = nowhere;
};

// A binary min-heap, intrusive: it owns the array of places, not what is in them.
// Inserting, moving (either way) and removing cost O(log n); the first is at hand.
class DeadlineHeap {
public:
    DeadlineHeap() = default;
    ~DeadlineHeap();
    DeadlineHeap(const DeadlineHeap&) = delete;
    DeadlineHeap& operator=(const DeadlineHeap&) = delete;

    // False, and nothing changed, when memory is short.
    [[nodiscard]] bool insert(Deadline& deadline, ktcp_time due) noexcept;
    void update(Deadline& deadline, ktcp_time due) noexcept;
    void remove(Deadline& deadline) noexcept;

    uint32_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    Deadline& first() const { return *slots_[0].deadline; }
    ktcp_time first_due() const { return empty() ? KTCP_NEVER : slots_[0].due; }
    ktcp_time due(const Deadline& deadline) const { return slots_[deadline.place_].due; }
    // In no order that means anything; for walks over all of them.
    Deadline& operator[](uint32_t place) const { return *slots_[place].deadline; }

private:
    // The time lies beside the pointer: comparing touches this array alone.
    struct Slot {
        ktcp_time due;
        Deadline* deadline;
    };

    bool reserve(uint32_t capacity) noexcept;
    void put(uint32_t place, Slot slot) noexcept;
    void sift_up(uint32_t place, Slot slot) noexcept;
    void sift_down(uint32_t place, Slot slot) noexcept;
    void settle(uint32_t place, Slot slot) noexcept;

    Slot* slots_ = nullptr;
    uint32_t size_ = 0;
    uint32_t capacity_ = 0;
};

} // namespace ktcp::user
