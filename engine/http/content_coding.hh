// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The names of the content codings of the seam, RFC 9110 section 8.4.1: one table.
#pragma once

#include "base/bytes.hh"
#include "ktcp/protocol.h"

namespace ktcp::http {

struct ContentCoding {
    Bytes name;
    ktcp_coding coding = KTCP_CODING_IDENTITY;
};

// In the server's order of preference: by density.
inline constexpr ContentCoding content_codings[] = {
    {"zstd"_b, KTCP_CODING_ZSTD},         {"br"_b, KTCP_CODING_BR},
    {"gzip"_b, KTCP_CODING_GZIP},         {"deflate"_b, KTCP_CODING_DEFLATE},
    {"identity"_b, KTCP_CODING_IDENTITY},
};
inline constexpr size_t content_coding_name_max = 7; // but for identity's

// The name of what a representation was coded with; empty for identity.
constexpr Bytes content_coding_name(uint8_t coding) {
    if (coding != KTCP_CODING_IDENTITY)
        for (const ContentCoding& known : content_codings)
            if (known.coding == coding)
                return known.name;
    return {};
}

} // namespace ktcp::http
