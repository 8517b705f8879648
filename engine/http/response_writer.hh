// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Writes response heads (RFC 9112 section 4, RFC 9110 section 6).
#pragma once

#include "base/writer.hh"
#include "http/status.hh"
#include "ktcp/types.h"

namespace ktcp::http {

// How the connection goes on after the response: RFC 9112 section 9.3.
enum class Persistence : uint8_t {
    implied,    // HTTP/1.1 stays open unless told otherwise
    keep_alive, // HTTP/1.0, whose client asked for it
    close,
};

// What a head says beside its status and Server. What is empty is left out.
struct ResponseHead {
    enum class Framing : uint8_t { length, chunked, until_close, none };

    Status status = Status::ok;
    Persistence persistence = Persistence::implied;
    Framing framing = Framing::length; // of the content: RFC 9112 section 6
    bool has_last_modified = false;
    bool accept_ranges = false;
    uint64_t length = 0;       // of the content, in bytes, for Framing::length
    int64_t last_modified = 0; // since 1970, not later than the response
    Bytes date;                // when that is, as IMF-fixdate
    Bytes content_type;
    Bytes content_coding;
    Bytes entity_tag; // with its quotes
    Bytes cache_control;
    Bytes vary;
};

// The fields that belong to what is sent, each with a line end before it and none behind.
void put_description(Writer& out, const ResponseHead& head);

// The head up to and including its last field; more fields may follow with
// put_field(), and end_head() ends it.
void put_head(Writer& out, const ResponseHead& head);

// The whole head, its end included, of a 200 of which there is a description.
void put_ok_head(Writer& out, Bytes date, Bytes description, Persistence persistence);

void put_field(Writer& out, Bytes name, Bytes value);
inline void end_head(Writer& out) { out.put("\r\n"_b); }

} // namespace ktcp::http
