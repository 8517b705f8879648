// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Files that stay open between requests: a worker's own, so without locks.
#pragma once

#include "counters.hh"
#include "roots.hh"

#include <memory>
#include <string_view>

namespace ktcp::user {

// An open file or directory that connections are using, or that waits to be used
// again. Contents are never kept here: they are read from `fd`.
struct OpenFile {
    uint64_t serial; // among all that its cache ever opened
    Descriptor fd;
    FileIdentity identity;
    ktcp_resource_status status;
    bool cached;              // still found by its name; else it ends with its last user
    uint32_t users;           // connections that have it as their current resource
    ktcp_time opened;         // when the name was last resolved in full
    ktcp_time released;       // when the last user left
    uint64_t checked;         // at which count of arrivals the name last led here
    uint32_t root;            // where it was found, and
    uint32_t hash;            // that of its name there
    OpenFile* next_of_bucket; // while cached
    OpenFile* newer;          // while cached and unused: the list by time of release
    OpenFile* older;
    std::unique_ptr<char[]> name; // nullptr: no memory for it; then it is not cached
    size_t name_size;
};

// Nothing stale is ever served: an answer shows the tree as it was at some moment
// after its request had arrived. A hit costs one fstatat of the name below the root,
// and counts only if that finds the very inode that is open here, with the same
// size, modification time and change time: then the open file *is* what the name
// leads to now. (Its inode number cannot have been reused, since the file is open.)
// One such look is good for every request that had arrived before it: the worker
// says when something arrives, and until then neither the name is looked at again
// nor the same small piece read. So a server model that receives from all that are
// ready before it answers any pays for a popular file once a round.
//
// Nor does a hit leave the root, though fstatat alone is not confined to it. The
// file was opened beneath the root, and a hit serves only that file. For it to have
// gone elsewhere in the meantime, it itself must have been renamed, linked or
// unlinked, each of which changes its change time. What remains is a *directory*
// above the file that is moved out of the root and linked to from its old place;
// for that, names are resolved in full again after `trust_time` in any case.
//
// All this is so where links lead beneath the root. By the other rules for links
// fstatat may lead elsewhere than a request's own walk would: it takes the system's
// root for an absolute link's "/", climbs out by "..", and follows a link where none
// may be followed; and a file that it finds by such a way can be the very file that is
// open here. So there a look is a walk by the rule (Root::leads_to).
class FileCache {
public:
    static constexpr ktcp_time trust_time = KTCP_SECOND;
    static constexpr ktcp_time unused_time = 5 * KTCP_SECOND;

    // Up to `capacity` files are kept; 0 keeps none.
    FileCache(const Roots& roots, size_t capacity, Counters& counters);
    ~FileCache(); // every file has been released
    FileCache(const FileCache&) = delete;
    FileCache& operator=(const FileCache&) = delete;

    struct Found {
        ktcp_resource_status status;
        OpenFile* file; // for FILE and DIRECTORY: to be given back by release()
    };
    // Bytes have been received: what is known of names is of the past from now on.
    void input_arrived() noexcept { ++arrivals_; }

    Found acquire(const ktcp_resource_request& request, ktcp_time now) noexcept;
    void release(OpenFile& file, ktcp_time now) noexcept;

    // A piece of a file, of up to KTCP_BUFFER_SIZE; nullptr if it cannot be had whole
    // (the file has become shorter). Until the next read(); in front of it lie
    // `headroom` bytes for what the caller wants to send before it.
    static constexpr size_t headroom = 1024;
    char* read(const OpenFile& file, uint64_t offset, size_t size) noexcept;

    // Closes what has been unused for unused_time; to be called at next_sweep().
    void sweep(ktcp_time now) noexcept;
    ktcp_time next_sweep() const { return oldest_ ? oldest_->released + unused_time : KTCP_NEVER; }
    // Closes all unused files: the process is out of descriptors. False if none was.
    bool close_unused() noexcept;

    size_t size() const { return cached_; }

private:
    OpenFile** bucket_of(uint32_t hash) { return &buckets_[hash & mask_]; }
    bool still_true(OpenFile& file, ktcp_time now) noexcept;
    OpenFile* find(const ktcp_resource_request& request, uint32_t hash) noexcept;
    Found open(const ktcp_resource_request& request, uint32_t hash, ktcp_time now) noexcept;
    void keep(OpenFile& file) noexcept;
    void forget(OpenFile& file) noexcept;
    void link_unused(OpenFile& file) noexcept;
    void unlink_unused(OpenFile& file) noexcept;

    const Roots& roots_;
    Counters& counters_;
    const size_t capacity_;
    uint64_t arrivals_ = 0;
    size_t cached_ = 0;
    uint32_t mask_;
    std::unique_ptr<OpenFile*[]> buckets_;
    OpenFile* oldest_ = nullptr;
    OpenFile* newest_ = nullptr;
    uint64_t opened_ = 0; // so far

    // The piece that was read last, and when; size 0: none.
    struct Piece {
        uint64_t serial, arrivals, offset;
        size_t size = 0;
    } piece_;
    alignas(64) char buffer_[headroom + KTCP_BUFFER_SIZE];
};

} // namespace ktcp::user
