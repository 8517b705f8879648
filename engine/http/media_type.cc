// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/media_type.hh"

#include "base/ascii.hh"

namespace ktcp::http {
namespace {

struct MediaType {
    Bytes extension; // in lower case
    Bytes value;
};

constexpr MediaType media_types[] = {
#include "media_type_table.inc"
};

constexpr size_t type_count = sizeof media_types / sizeof media_types[0];

constexpr size_t longest_extension() {
    size_t longest = 0;
    for (const MediaType& type : media_types)
        if (type.extension.size > longest)
            longest = type.extension.size;
    return longest;
}

// A hash index made by the compiler: open addressing, at most a quarter full.
constexpr size_t slot_count = 8192;
static_assert(type_count * 4 <= slot_count, "enlarge slot_count");

constexpr uint32_t hash_step(uint32_t hash, char c) {
    return (hash ^ static_cast<uint8_t>(c)) * 16777619u; // FNV-1a
}
constexpr size_t slot_of(uint32_t hash) { return (hash ^ (hash >> 15)) % slot_count; }

struct Index {
    uint16_t slot[slot_count] = {}; // 1 + the position in media_types; 0: free
};

constexpr Index make_index() {
    Index index;
    for (size_t i = 0; i < type_count; i++) {
        uint32_t hash = 2166136261u;
        for (char c : media_types[i].extension)
            hash = hash_step(hash, c);
        size_t at = slot_of(hash);
        while (index.slot[at])
            at = (at + 1) % slot_count;
        index.slot[at] = static_cast<uint16_t>(i + 1);
    }
    return index;
}

constexpr Index index = make_index();

// Beside text/* and what is XML or JSON by its name (RFC 6838 section 4.2.8).
constexpr Bytes compressible_types[] = {
    "application/javascript"_b,
    "application/json"_b,
    "application/rtf"_b,
    "application/sql"_b,
    "application/vnd.ms-fontobject"_b,
    "application/wasm"_b,
    "application/x-sh"_b,
    "application/x-tar"_b,
    "application/x-tex"_b,
    "application/xml"_b,
    "application/yaml"_b,
    "font/otf"_b,
    "font/ttf"_b,
    "image/bmp"_b,
    "image/vnd.microsoft.icon"_b,
    "image/x-portable-anymap"_b,
    "image/x-portable-bitmap"_b,
    "image/x-portable-graymap"_b,
    "image/x-portable-pixmap"_b,
};

constexpr bool ends_with(Bytes text, Bytes end) {
    return text.size >= end.size && text.from(text.size - end.size) == end;
}

} // namespace

bool is_compressible(Bytes media_type) {
    size_t n = 0;
    while (n < media_type.size && media_type[n] != ';')
        n++;
    const Bytes type = media_type.first(n); // without parameters
    if (type.starts_with("text/"_b) || ends_with(type, "+xml"_b) || ends_with(type, "+json"_b))
        return true;
    for (Bytes known : compressible_types)
        if (type == known)
            return true;
    return false;
}

Bytes media_type_of(Bytes path) {
    constexpr size_t longest = longest_extension();
    const char* p = path.end();
    while (p != path.begin() && p[-1] != '.' && p[-1] != '/' &&
           static_cast<size_t>(path.end() - p) <= longest)
        p--;
    // ".html" alone is a hidden file without an extension.
    if (path.end() - p < 1 || path.begin() + 1 >= p || p[-1] != '.' || p[-2] == '/')
        return default_type;

    const Bytes extension(p, path.end());
    uint32_t hash = 2166136261u;
    for (char c : extension)
        hash = hash_step(hash, ascii::lower(c));
    for (size_t at = slot_of(hash); index.slot[at]; at = (at + 1) % slot_count) {
        const MediaType& type = media_types[index.slot[at] - 1u];
        if (ascii::equal_ignoring_case(extension, type.extension))
            return type.value;
    }
    return default_type;
}

} // namespace ktcp::http
