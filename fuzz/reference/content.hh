// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A request's content, RFC 9112 section 6, read once more: the chunked transfer coding
// of section 7.1 above all. For comparison only.
#pragma once

#include "reference/request_head.hh"

#include <cstdint>
#include <string>
#include <vector>

namespace ktcp::reference {

struct Content {
    enum class Outcome { complete, incomplete, refused };

    Outcome outcome = Outcome::incomplete;
    int status = 0;        // refused
    const char* rule = ""; // refused: why
    size_t refused_at = 0; // refused: by which byte
    size_t size = 0;       // complete: bytes with all the framing
    std::string bytes;
    std::vector<std::string> trailers; // their lines, without CRLF
    bool tab_after_size = false;       // BWS behind a chunk-size begins with a tab
};

// `text` begins behind the head; `limit` is for the content, in bytes.
Content read_content(const RequestHead& head, const std::string& text, uint64_t limit);

} // namespace ktcp::reference
