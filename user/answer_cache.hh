// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Answers a session's wish for a resource: by what is kept, or by the file system, and
// then keeps it if there is room.
#pragma once

#include "answer_table.hh"
#include "directory_watch.hh"
#include "file_reading.hh"

#include "ktcp/types.h"

namespace ktcp::user {

class Worker;

// One wish of one session, which may have to be uttered several times until it is answered.
struct Quest {
    uint8_t tries : 4 = 0;    // how often it was put off
    bool missed : 1 = false;  // something had to be looked up or made
    bool waited : 1 = false;  // for what another had begun to make
    bool codes : 1 = false;   // it has begun, or taken over, the making of a coding
    bool streams : 1 = false; // the directory's listing cannot be kept
    bool passing : 1 = false; // for a reason that may have gone when the next one asks
};

enum class Found : uint8_t {
    answered,
    later, // something is being changed just now: again after a tick of the clock
    more,  // something is being made, and it is others' turn: again after them
};

// Nothing stale is ever served: an answer shows the tree as it was at some moment after its
// request had arrived. What is kept is given only if a look at the tree shows that it is
// still true:
//
//  - Of a file, one fstatat of its name beneath the root, which must find the very inode
//    with the same size, modification time and change time. For a file that is open that is
//    all; for bytes that were copied, file_reading.hh has the rest of the argument. (The
//    inode's number may have been used again since, but never with the same change time.)
//  - Of a name that is not there, that it still is not.
//  - Of a listing, the directory's own identity, and the silence of directory_watch.hh.
//  - That no file NAME.gz and the like has come: the identity of the directory.
//
// One such look is good for every request that had arrived before it: the worker says when
// something arrives, and until then names are not looked at again. So a server model that
// receives from all that are ready before it answers any pays for a popular file once a
// round. And where looks are dear, `cache_trust` does without them for a while.
//
// Nor does a hit leave the root, though fstatat alone is not confined to it. The file was
// opened beneath the root, and a hit serves only that file. For it to have gone elsewhere
// in the meantime, it itself must have been renamed, linked or unlinked, each of which
// changes its change time. What remains is a *directory* above the file that is moved out
// of the root and linked to from its old place; for that, names are resolved in full again
// after `trust_time` in any case.
//
// All this is so where links lead beneath the root. By the other rules for links fstatat
// may lead elsewhere than a request's own walk would: it takes the system's root for an
// absolute link's "/", climbs out by "..", and follows a link where none may be followed.
// So there a look is a walk by the rule (Root::leads_to).
//
// A worker's own, without locks; the budget is the server's. Each worker reads a file once:
// what comes for it meanwhile is the same thread's, and finds it done.
class AnswerCache {
public:
    static constexpr ktcp_time trust_time = KTCP_SECOND;
    // Listings, and bytes of files whose changes may not be dated, are made anew when they
    // are so old.
    static constexpr ktcp_time listing_time = KTCP_SECOND;
    static constexpr ktcp_time undated_time = KTCP_SECOND;
    // Descriptors: so many at most are kept, and so long.
    static constexpr size_t descriptors_kept = 256;
    static constexpr ktcp_time unused_time = 5 * KTCP_SECOND;
    // Contents that are coded at a time, each of which takes megabytes of memory.
    static constexpr size_t most_coders = 8;
    // How often a request is put off because a file is being changed.
    static constexpr uint8_t most_tries = 4;

    // Listings are kept if the worker lives long enough for it to pay.
    AnswerCache(Worker& worker, bool keeps_listings);
    ~AnswerCache(); // everything has been released
    AnswerCache(const AnswerCache&) = delete;
    AnswerCache& operator=(const AnswerCache&) = delete;

    // Bytes have been received: what is known of names is of the past from now on.
    void input_arrived() noexcept { ++arrivals_; }

    // What there is, in `resource`; for a file or a directory `held` is what release() is
    // to be given.
    Found acquire(const ktcp_resource_request& request, Quest& quest, ktcp_resource& resource,
                  Representation*& held) noexcept;
    void release(Representation& representation) noexcept;

    // Closes what has been unused for a while; to be called at next_sweep().
    void sweep(ktcp_time now) noexcept {
        if (now >= sweep_due_ || wants_ != share_.budget().wants()) [[unlikely]]
            clean(now);
    }
    ktcp_time next_sweep() const { return sweep_due_; }
    // Closes all unused files: the process is out of descriptors. False if none was.
    bool close_unused() noexcept;

    size_t size() const { return table_.size(); }

private:
    ktcp_time now() const noexcept;
    const Root& root_of(const Answer& answer) const noexcept;

    // ---- Is it still true? (answer_proof.cc)
    bool holds(Answer& answer) noexcept;
    bool resolves(Answer& answer) noexcept;
    bool trusted(ktcp_time looked) const noexcept;
    void look_at_siblings(Answer& answer) noexcept;
    void set_varies(Answer& answer, bool varies) noexcept;

    // ---- Making (answer_making.cc)
    // The answer to a request, seen to be true, or just made. nullptr: see `found`, and
    // `status` once that is answered.
    Answer* look_up(const ktcp_resource_request& request, Quest& quest, Found& found,
                    ktcp_resource_status& status) noexcept;
    Answer* resolve(const ktcp_resource_request& request, uint32_t hash, Quest& quest, Found& found,
                    ktcp_resource_status& status) noexcept;
    enum class Made { for_all, for_one, later, failed };
    Made make_file(Answer& answer, OpenedFile& opened, Quest& quest) noexcept;
    Made make_directory(Answer& answer, OpenedFile& opened, const Quest& quest) noexcept;
    bool lists(const Answer& answer) const noexcept;
    bool begin_listing(Answer& answer, int directory, const Root& root) noexcept;
    // False: there is no listing that could be kept.
    bool go_on_listing(Answer& answer, Quest& quest, Found& found) noexcept;
    bool end_listing(Answer& answer) noexcept;
    bool keeps() const { return limits_.cache_size != 0 && limits_.cache_entries != 0; }
    // `unsettled` as in ktcp_resource.
    Representation* represent(Answer& answer, ContentRef content, ktcp_coding coding,
                              const FileIdentity& identity, bool unsettled = false) noexcept;
    ContentRef create_content(size_t size) noexcept;
    // Sets no_memory if it was the system that had none, and not the budget.
    ContentRef create_content(size_t size, bool& no_memory) noexcept;

    // ---- Which representation? (answer_choice.cc)
    Representation* choose(Answer& answer, const ktcp_resource_request& request, Quest& quest,
                           Found& found) noexcept;
    Representation* sibling(Answer& answer, size_t which, Quest& quest, Found& found) noexcept;
    Representation* coded(Answer& answer, ktcp_coding coding, bool or_identity, Quest& quest,
                          Found& found) noexcept;
    bool begin_coding(Answer& answer, ktcp_coding coding, Quest& quest) noexcept;
    void end_coding(Answer& answer, ktcp_coding coding) noexcept;

    // ---- Keeping
    bool keep(Answer& answer) noexcept;
    void forget(Answer& answer) noexcept;
    bool evict() noexcept;
    void pin(Answer& answer) noexcept { ++answer.users; }
    void unpin(Answer& answer) noexcept;
    void discard(Answer& answer) noexcept;
    void drop(Representation*& representation) noexcept;
    void discard(Representation* representation) noexcept;
    void clean(ktcp_time now) noexcept;
    void wake_at(ktcp_time due) noexcept;

    Worker& worker_;
    const CacheLimits& limits_;
    CacheShare share_;
    const bool keeps_listings_;
    AnswerTable table_;
    DirectoryWatch watch_;
    uint64_t listened_ = 0; // at which count of arrivals
    uint64_t arrivals_ = 1;
    size_t descriptors_ = 0; // kept ones
    size_t coders_ = 0;      // at work
    ktcp_time sweep_due_ = KTCP_NEVER;
    uint64_t evicted_ = 0; // bytes since the heap was trimmed
    uint32_t wants_ = 0;
};

} // namespace ktcp::user
