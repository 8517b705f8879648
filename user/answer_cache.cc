// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Keeping, giving and dropping; answer_proof.cc, answer_making.cc and answer_choice.cc have
// the rest of the class.
#include "answer_cache.hh"

#include "listing_maker.hh"
#include "worker.hh"

#include <algorithm>
#include <malloc.h>

namespace ktcp::user {

AnswerCache::AnswerCache(Worker& worker, bool keeps_listings)
    : worker_(worker), limits_(worker.service.cache_limits),
      share_(worker.service.cache, worker.record), keeps_listings_(keeps_listings),
      wants_(share_.budget().wants()) {}

AnswerCache::~AnswerCache() {
    while (Answer* answer = table_.first())
        forget(*answer);
}

ktcp_time AnswerCache::now() const noexcept { return worker_.now.monotonic; }

Found AnswerCache::acquire(const ktcp_resource_request& request, Quest& quest,
                           ktcp_resource& resource, Representation*& held) noexcept {
    Found found = Found::answered;
    held = nullptr;
    ktcp_resource_status status = KTCP_RESOURCE_FAILED;
    Answer* answer = look_up(request, quest, found, status);
    if (found != Found::answered)
        return found;
    if (!answer || answer->status > KTCP_RESOURCE_DIRECTORY) {
        resource = {};
        resource.status = answer ? answer->status : status;
    } else {
        pin(*answer); // for who holds it; and what is made meanwhile must not drive it out
        held = answer->compressible ? choose(*answer, request, quest, found)
                                    : answer->representations[KTCP_CODING_IDENTITY];
        if (found != Found::answered) {
            held = nullptr;
            unpin(*answer);
            return found;
        }
        ++held->users;
        resource = held->resource;
        // A file that is read as it is sent comes to rest while it is kept open.
        if (resource.unsettled && !held->content->in_memory()) [[unlikely]]
            resource.unsettled = may_hide_changes(answer->identity.changed);
    }
    worker_.counters.add(quest.missed ? count_cache_misses : count_cache_hits);
    return found;
}

void AnswerCache::release(Representation& representation) noexcept {
    Answer& answer = *representation.answer;
    if (--representation.users == 0 && !representation.kept) [[unlikely]]
        discard(&representation);
    unpin(answer);
}

void AnswerCache::unpin(Answer& answer) noexcept {
    if (--answer.users == 0 && !answer.cached) [[unlikely]]
        discard(answer);
}

// Where there is no room the answer is simply not kept, and lives as long as its one user.
bool AnswerCache::keep(Answer& answer) noexcept {
    if (!keeps())
        return false;
    if (answer.has_fd() && descriptors_ >= descriptors_kept)
        close_unused(); // rare: it takes all of them
    if (answer.has_fd() && descriptors_ >= descriptors_kept)
        return false;
    while (!share_.take_answer())
        if (!evict())
            return false;
    answer.charged = sizeof answer + answer.name_size + 64;
    while (!share_.take_bytes(answer.charged))
        if (!evict()) {
            answer.charged = 0;
            share_.give_back(0, 1);
            return false;
        }
    if (!table_.insert(answer)) {
        share_.give_back(answer.charged, 1);
        answer.charged = 0;
        return false;
    }
    if (answer.has_fd()) {
        ++descriptors_;
        wake_at(now() + unused_time);
    }
    return true;
}

// Takes an answer out of the cache; it ends now, or with its last user.
void AnswerCache::forget(Answer& answer) noexcept {
    if (answer.has_fd())
        --descriptors_;
    table_.remove(answer);
    watch_.unwatch(answer);
    answer.maker.reset();
    // Nobody finds it to go on with them, and who holds it may hold it for long.
    for (size_t i = 0; i < coding_count; ++i)
        end_coding(answer, static_cast<ktcp_coding>(i));
    share_.give_back(answer.charged, 1);
    answer.charged = 0;
    if (answer.users == 0)
        discard(answer);
}

bool AnswerCache::evict() noexcept {
    Answer* victim = table_.victim();
    if (!victim) {
        share_.budget().want_room();
        wants_ = share_.budget().wants(); // not from ourselves
        return false;
    }
    worker_.counters.add(count_cache_evictions);
    evicted_ += victim->identity.size;
    forget(*victim);
    // What comes and goes, of all sizes, leaves holes in the heap, in the end as much again
    // as is kept. They are given back once in a while.
    if (evicted_ > limits_.cache_size / 4) {
        evicted_ = 0;
        malloc_trim(0);
    }
    return true;
}

void AnswerCache::discard(Answer& answer) noexcept {
    watch_.unwatch(answer);
    for (size_t i = 0; i < coding_count; ++i)
        end_coding(answer, static_cast<ktcp_coding>(i));
    for (Representation*& representation : answer.representations)
        drop(representation);
    for (Answer::Sibling& sibling : answer.siblings)
        drop(sibling.representation);
    delete &answer;
}

// Whoever uses it has it still.
void AnswerCache::drop(Representation*& representation) noexcept {
    if (!representation)
        return;
    representation->kept = false;
    if (representation->users == 0)
        discard(representation);
    representation = nullptr;
}

void AnswerCache::discard(Representation* representation) noexcept {
    share_.give_back(representation->charged, 0);
    delete representation;
}

void AnswerCache::wake_at(ktcp_time due) noexcept {
    if (due < sweep_due_)
        sweep_due_ = due;
}

void AnswerCache::clean(ktcp_time now) noexcept {
    if (uint32_t wants = share_.budget().wants(); wants != wants_) {
        wants_ = wants;
        for (size_t left = table_.size() / 8 + 1; left > 0 && table_.size() > 0; --left) {
            Answer* victim = table_.victim();
            if (!victim)
                break;
            worker_.counters.add(count_cache_evictions);
            forget(*victim);
        }
    }
    if (now < sweep_due_)
        return;
    sweep_due_ = KTCP_NEVER;
    watch_.listen(); // so that what it has to tell does not grow without end
    table_.each([this, now](Answer& answer) {
        const bool codes = std::ranges::any_of(answer.coders, [](auto& coder) { return !!coder; });
        const bool fleeting = answer.has_fd() || answer.maker || codes || !answer.watches.empty();
        if (!fleeting)
            return;
        const bool stale = answer.changed && answer.users == 0 && !answer.maker;
        if (!stale && (answer.users > 0 || answer.used + unused_time > now)) {
            wake_at(std::max(answer.used, now - unused_time / 2) + unused_time);
        } else {
            forget(answer);
        }
    });
}

bool AnswerCache::close_unused() noexcept {
    bool any = false;
    table_.each([this, &any](Answer& answer) {
        if (answer.has_any_fd() && answer.users == 0) {
            forget(answer);
            any = true;
        }
    });
    return any;
}

} // namespace ktcp::user
