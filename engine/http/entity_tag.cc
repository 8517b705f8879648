// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/entity_tag.hh"

#include "base/hex.hh"

namespace ktcp::http {
namespace {

// What follows the numbers in the tag of a coded representation.
constexpr Bytes suffix_of(uint8_t coding) {
    switch (coding) {
    case KTCP_CODING_GZIP:
        return "-gzip"_b;
    case KTCP_CODING_DEFLATE:
        return "-deflate"_b;
    case KTCP_CODING_BR:
        return "-br"_b;
    case KTCP_CODING_ZSTD:
        return "-zstd"_b;
    }
    return {};
}

// Two quotes, four numbers with '-' between them (nanoseconds take 8 digits), and
// the longest suffix.
static_assert(2 + 3 * hex::max_size + 8 + 3 + suffix_of(KTCP_CODING_DEFLATE).size <=
              sizeof EntityTag::text);

} // namespace

EntityTag entity_tag_of(const ktcp_resource& resource) {
    EntityTag tag;
    char* p = tag.text;
    *p++ = '"';
    p = hex::put(p, resource.inode);
    *p++ = '-';
    p = hex::put(p, resource.size);
    *p++ = '-';
    p = hex::put(p, static_cast<uint64_t>(resource.modified_seconds));
    *p++ = '-';
    p = hex::put(p, resource.modified_ns);
    if (resource.coding != KTCP_CODING_IDENTITY) {
        const Bytes suffix = suffix_of(resource.coding);
        __builtin_memcpy(p, suffix.data, suffix.size);
        p += suffix.size;
    }
    *p++ = '"';
    tag.size = static_cast<uint8_t>(p - tag.text);
    return tag;
}

} // namespace ktcp::http
