// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a name beneath a root led to, kept for the next request.
#pragma once

#include "coding.hh"
#include "content.hh"

#include "ktcp/protocol.h"

#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace ktcp::user {

struct Answer;
class ListingMaker;

// An answer in one content coding: the content, and what is said of it. Constant once it is
// made. Freed when its answer has another in its place, or none, and no connection uses it.
struct Representation {
    ktcp_resource resource; // as it is handed out; its head is the one below, or none
    ContentRef content;
    std::unique_ptr<char[]> head;
    Answer* answer;     // lives longer
    uint32_t users = 0; // connections that have it as their current resource
    bool kept = true;   // by its answer
    uint64_t charged = 0;
};

inline constexpr size_t coding_count = KTCP_CODING_ZSTD + 1;
// The ways in which a file's content may be there already: NAME.br and its like.
inline constexpr size_t sibling_count = 3;

// Used by its worker only. Found by its key while `cached`; freed once it is not, and has
// no users.
struct Answer {
    // ---- The key.
    std::unique_ptr<char[]> name; // ended by NUL
    size_t name_size = 0;
    uint32_t root = 0;
    uint32_t rendering = 0; // ktcp_resource_request::rendering
    uint32_t hash = 0;
    Answer* next_of_bucket = nullptr;

    // ---- The proof (answer_cache.hh).
    ktcp_resource_status status = KTCP_RESOURCE_FAILED;
    FileIdentity identity{};
    bool dated = true;      // a change through mmap would change the change time
    uint64_t checked = 0;   // at which count of arrivals it was last seen to be true
    ktcp_time looked = 0;   // when that was
    ktcp_time resolved = 0; // when the name was last resolved in full
    ktcp_time made = 0;     // when the content was read

    // ---- What there is to be sent, by coding.
    std::array<Representation*, coding_count> representations{};
    std::array<std::unique_ptr<Coder>, coding_count> coders{}; // at work
    std::array<bool, coding_count> pointless{};                // codings that save nothing
    ktcp_time coded = 0;                                       // when a coder did its last slice
    bool compressible = false;                                 // by its type
    bool codable = false;                                      // by its size, too, and from memory
    bool varies = false; // another client may get another coding

    // ---- Of a file whose type is compressible: the files beside it (siblings.hh).
    struct Sibling {
        bool exists = false;
        Representation* representation = nullptr;
    };
    std::array<Sibling, sibling_count> siblings{};
    FileIdentity directory{};      // which proves that no other has come
    bool siblings_known = false;   // the above is set
    ktcp_time siblings_looked = 0; // when that was last seen to be true
    uint64_t siblings_checked = 0; // at which count of arrivals

    // ---- Of a directory.
    std::unique_ptr<ListingMaker> maker; // while its listing is rendered
    std::vector<int> watches;            // directory_watch.hh
    bool changed = false;                // a watch has told

    // ---- Its place in the cache.
    uint32_t users = 0; // connections, and whoever is at work on it
    bool cached = false;
    bool referenced = false; // since the hand was here (answer_table.hh)
    Answer* next = nullptr;  // in the ring
    Answer* previous = nullptr;
    ktcp_time used = 0;   // when it was last asked for
    uint64_t charged = 0; // without contents and representations

    Answer();
    ~Answer();
    const char* path() const { return name.get(); }
    std::string_view path_text() const { return {name.get(), name_size}; }
    // Is it the open file that is kept, and not bytes?
    bool has_fd() const {
        const Representation* whole = representations[KTCP_CODING_IDENTITY];
        return whole && whole->content && !whole->content->in_memory();
    }
    bool has_any_fd() const {
        const Representation* whole = representations[KTCP_CODING_IDENTITY];
        return whole && whole->content && whole->content->fd() >= 0;
    }
};

} // namespace ktcp::user
