// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A worker's answers by their keys, and in which order they are dropped.
#pragma once

#include "answer.hh"

#include "ktcp/protocol.h"

namespace ktcp::user {

uint32_t hash_of(const ktcp_resource_request& request) noexcept;

// A worker's own, so without locks. A shared table was measured, too (benchmarks/cache_bench.cc):
// with liburcu's hash table and counts that are atomic, a look-up with a reference costs
// two to three times as much: 23 instead of 8 ns of one name, 60 instead of 30 of 4,096.
// What it would save is that a popular file is read and kept once for each worker.
//
// What is dropped approximates the least recently used: a *hand* goes round, takes away
// `referenced` where it is set, and stops where it is not. What is new has it not set: a
// crawler who asks for each file once drops its own.
class AnswerTable {
public:
    AnswerTable() noexcept;
    AnswerTable(const AnswerTable&) = delete;
    AnswerTable& operator=(const AnswerTable&) = delete;

    Answer* find(const ktcp_resource_request& request, uint32_t hash) const noexcept;
    // False if memory is short. Its key is set.
    bool insert(Answer& answer) noexcept;
    void remove(Answer& answer) noexcept;

    // The next to be dropped, which nobody uses, or nullptr; no longer than twice round.
    Answer* victim() noexcept;

    size_t size() const { return size_; }
    // Any of them; nullptr if there is none.
    Answer* first() const { return hand_; }
    // Visits all; the one that is visited may be removed.
    template <class Visitor> void each(Visitor visit) const {
        Answer* answer = hand_;
        for (size_t left = size_; left > 0; --left) {
            Answer* next = answer->next;
            visit(*answer);
            answer = next;
        }
    }

private:
    bool grow() noexcept;
    Answer*& bucket_of(uint32_t hash) { return buckets_[hash & mask_]; }

    uint32_t mask_ = 0;
    std::unique_ptr<Answer*[]> buckets_;
    size_t size_ = 0;
    Answer* hand_ = nullptr; // in the ring of all of them; what is new comes last
};

} // namespace ktcp::user
