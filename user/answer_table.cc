// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "answer_table.hh"

#include "listing_maker.hh"

#include <cstring>
#include <new>

namespace ktcp::user {

Answer::Answer() = default;
Answer::~Answer() = default;

// Eight bytes a step. Collisions are harmless: names are compared, and the table is
// bounded.
uint32_t hash_of(const ktcp_resource_request& request) noexcept {
    uint64_t hash = 0xcbf29ce484222325 ^ request.size ^
                    (uint64_t{request.root} << 32 | uint64_t{request.rendering} << 48);
    const char* at = request.path;
    size_t left = request.size;
    auto mix = [&hash](uint64_t piece) {
        hash = (hash ^ piece) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 32;
    };
    for (; left >= 8; at += 8, left -= 8) {
        uint64_t piece = 0;
        std::memcpy(&piece, at, 8);
        mix(piece);
    }
    uint64_t rest = 0;
    for (size_t i = 0; i < left; ++i)
        rest |= uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    mix(rest);
    return static_cast<uint32_t>(hash);
}

AnswerTable::AnswerTable() noexcept { grow(); }

Answer* AnswerTable::find(const ktcp_resource_request& request, uint32_t hash) const noexcept {
    if (!buckets_)
        return nullptr;
    for (Answer* answer = buckets_[hash & mask_]; answer; answer = answer->next_of_bucket)
        if (answer->hash == hash && answer->name_size == request.size &&
            answer->root == request.root && answer->rendering == request.rendering &&
            std::memcmp(answer->path(), request.path, request.size) == 0)
            return answer;
    return nullptr;
}

bool AnswerTable::insert(Answer& answer) noexcept {
    if ((!buckets_ || size_ > mask_) && !grow() && !buckets_)
        return false;
    answer.next_of_bucket = bucket_of(answer.hash);
    bucket_of(answer.hash) = &answer;
    if (!hand_)
        hand_ = answer.next = answer.previous = &answer;
    answer.next = hand_;
    answer.previous = hand_->previous;
    answer.next->previous = answer.previous->next = &answer;
    ++size_;
    answer.cached = true;
    return true;
}

void AnswerTable::remove(Answer& answer) noexcept {
    Answer** link = &bucket_of(answer.hash);
    while (*link != &answer)
        link = &(*link)->next_of_bucket;
    *link = answer.next_of_bucket;
    if (hand_ == &answer)
        hand_ = answer.next;
    answer.next->previous = answer.previous;
    answer.previous->next = answer.next;
    if (--size_ == 0)
        hand_ = nullptr;
    answer.cached = false;
}

Answer* AnswerTable::victim() noexcept {
    for (size_t steps = 2 * size_; steps > 0; --steps) {
        Answer& answer = *hand_;
        hand_ = answer.next;
        if (answer.users > 0)
            continue;
        if (!answer.referenced)
            return &answer;
        answer.referenced = false;
    }
    return nullptr;
}

// Twice as many buckets. Without memory for them lists grow longer, and all else works.
bool AnswerTable::grow() noexcept {
    uint32_t count = buckets_ ? 2 * (mask_ + 1) : 64;
    std::unique_ptr<Answer*[]> buckets(new (std::nothrow) Answer*[count]());
    if (!buckets)
        return false;
    buckets_ = std::move(buckets);
    mask_ = count - 1;
    each([this](Answer& answer) {
        answer.next_of_bucket = bucket_of(answer.hash);
        bucket_of(answer.hash) = &answer;
    });
    return true;
}

} // namespace ktcp::user
