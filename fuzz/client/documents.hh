// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What is on the disk of the session target's host: files with a size, an inode and a
// date each, so that the way to ranges and preconditions can be learned; directories
// with odd names, large ones too; and, at any other path, whatever the input says.
#pragma once

#include "input.hh"
#include "ktcp/protocol.h"

#include <string>
#include <string_view>
#include <vector>

namespace ktcp::fuzz {

// Of the codings of the seam, by their numbers.
inline constexpr const char* coding_names[] = {"", "", "gzip", "deflate", "br", "zstd"};

struct Entry {
    std::string name;
    ktcp_entry_kind kind = KTCP_ENTRY_FILE;
    int64_t modified_seconds = 0;
    uint64_t size = 0;
};

// What the session was given for one look-up.
struct Answer {
    std::string path;
    uint32_t root = 0;
    std::vector<uint8_t> codings;
    ktcp_resource resource{};
};

Answer look_up(const ktcp_resource_request& request, Input& input);

// The entries of a directory, by what the input says; `complete` is false if reading
// them is to fail behind the last.
std::vector<Entry> entries_of(Input& input, bool& complete);

// The bytes of every file, by its inode.
inline char byte_of(const ktcp_resource& resource, uint64_t offset) {
    return static_cast<char>(offset ^ (offset >> 8) ^ resource.inode * 7 ^ resource.coding);
}
inline bool are_of(const ktcp_resource& resource, uint64_t offset, std::string_view bytes) {
    unsigned wrong = 0;
    for (size_t i = 0; i < bytes.size(); i++)
        wrong |= static_cast<unsigned char>(bytes[i] ^ byte_of(resource, offset + i));
    return wrong == 0;
}

} // namespace ktcp::fuzz
