// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "deadline_heap.hh"

#include <cstdlib>

namespace ktcp::user {

DeadlineHeap::~DeadlineHeap() { std::free(slots_); }

bool DeadlineHeap::reserve(uint32_t capacity) noexcept {
    if (capacity <= capacity_)
        return true;
    uint32_t grown = capacity_ ? capacity_ * 2 : 64;
    void* memory = std::realloc(slots_, grown * sizeof(Slot));
    if (!memory)
        return false;
    slots_ = static_cast<Slot*>(memory);
    capacity_ = grown;
    return true;
}

void DeadlineHeap::put(uint32_t place, Slot slot) noexcept {
    slots_[place] = slot;
    slot.deadline->place_ = place;
}

// Both sifts move a hole and put the slot into it once, at the end.
void DeadlineHeap::sift_up(uint32_t place, Slot slot) noexcept {
    while (place > 0) {
        uint32_t parent = (place - 1) / 2;
        if (slots_[parent].due <= slot.due)
            break;
        put(place, slots_[parent]);
        place = parent;
    }
    put(place, slot);
}

void DeadlineHeap::sift_down(uint32_t place, Slot slot) noexcept {
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= size_)
            break;
        if (child + 1 < size_ && slots_[child + 1].due < slots_[child].due)
            ++child;
        if (slot.due <= slots_[child].due)
            break;
        put(place, slots_[child]);
        place = child;
    }
    put(place, slot);
}

// The slot that fills a hole came from anywhere: it may belong above or below.
void DeadlineHeap::settle(uint32_t place, Slot slot) noexcept {
    if (place > 0 && slot.due < slots_[(place - 1) / 2].due)
        sift_up(place, slot);
    else
        sift_down(place, slot);
}

bool DeadlineHeap::insert(Deadline& deadline, ktcp_time due) noexcept {
    if (!reserve(size_ + 1))
        return false;
    uint32_t place = size_++;
    sift_up(place, {due, &deadline});
    return true;
}

void DeadlineHeap::update(Deadline& deadline, ktcp_time due) noexcept {
    settle(deadline.place_, {due, &deadline});
}

void DeadlineHeap::remove(Deadline& deadline) noexcept {
    uint32_t place = deadline.place_;
    Slot last = slots_[--size_];
    deadline.place_ = Deadline::nowhere;
    if (place != size_)
        settle(place, last);
}

} // namespace ktcp::user
