// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/entity_tag.hh"

#include "base/hex.hh"
#include "http/content_coding.hh"

namespace ktcp::http {
namespace {

// Two quotes, four numbers with '-' between them (nanoseconds take 8 digits), and
// the coding's name behind another one.
static_assert(2 + 3 * hex::max_size + 8 + 3 + 1 + content_coding_name_max <=
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
        const Bytes name = content_coding_name(resource.coding);
        *p++ = '-';
        __builtin_memcpy(p, name.data, name.size);
        p += name.size;
    }
    *p++ = '"';
    tag.size = static_cast<uint8_t>(p - tag.text);
    return tag;
}

} // namespace ktcp::http
