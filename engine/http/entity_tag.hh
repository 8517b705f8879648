// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Entity tags, RFC 9110 section 8.8.3.
#pragma once

#include "base/bytes.hh"
#include "ktcp/protocol.h"

namespace ktcp::http {

// The tag of one representation, in its quotes.
struct EntityTag {
    char text[80];
    uint8_t size = 0;

    Bytes bytes() const { return {text, size}; }
};

// A strong tag: it says which file it is (inode), and changes with each change of its
// content that the file system dates. Each content coding of a file is another
// representation, and has another tag (section 8.8.3.3).
EntityTag entity_tag_of(const ktcp_resource& resource);

inline bool is_weak_tag(Bytes tag) { return tag.starts_with("W/"_b); }

// Strong comparison, section 8.8.3.2: for what a change of a single byte would spoil.
inline bool strongly_equal(Bytes a, Bytes b) { return !is_weak_tag(a) && a == b; }

inline bool weakly_equal(Bytes a, Bytes b) {
    const auto opaque = [](Bytes tag) { return is_weak_tag(tag) ? tag.from(2) : tag; };
    return opaque(a) == opaque(b);
}

// Reads the entity tag that begins at `at`, and moves behind it; false: there is none.
inline bool read_entity_tag(const char*& at, const char* end, Bytes& tag) {
    const char* p = at;
    if (Bytes(p, end).starts_with("W/"_b)) // case-sensitive
        p += 2;
    if (p == end || *p++ != '"')
        return false;
    // etagc: VCHAR but the quote, and obs-text. A backslash is like any other.
    while (p != end && static_cast<uint8_t>(*p) > 0x20 && *p != '"' && *p != 0x7f)
        p++;
    if (p == end || *p != '"')
        return false;
    tag = Bytes(at, p + 1);
    at = p + 1;
    return true;
}

// Calls f for each tag of #entity-tag (a tag may hold commas). False: the list is
// malformed, and f was called for what comes before the fault.
template <class F> bool for_each_entity_tag(Bytes list, F f) {
    const char* p = list.begin();
    const char* const end = list.end();
    bool separated = true;
    while (p != end) {
        if (*p == ',') {
            separated = true; // empty members are no fault: section 5.6.1.2
            p++;
        } else if (*p == ' ' || *p == '\t') {
            p++;
        } else {
            Bytes tag;
            if (!separated || !read_entity_tag(p, end, tag))
                return false;
            f(tag);
            separated = false;
        }
    }
    return true;
}

} // namespace ktcp::http
