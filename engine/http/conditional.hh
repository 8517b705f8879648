// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Conditional requests, RFC 9110 section 13.
#pragma once

#include "http/head_fields.hh"

namespace ktcp::http {

// What tells one version of a representation from another (section 8.8).
struct Validators {
    Bytes etag;                // in its quotes; empty: there is none
    int64_t last_modified = 0; // seconds since 1970
    int64_t now = 0;           // likewise
};

enum class Precondition : uint8_t {
    proceed,
    not_modified, // 304
    failed,       // 412
};

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in the
// order of section 13.2.2, for a resource that exists: only where the answer without
// them would be 200 (section 13.2.1). A date that is none is ignored, and so is a
// field of one value that comes twice; a malformed list of tags matches nothing.
Precondition evaluate_preconditions(const HeadFields& fields, bool get_or_head,
                                    const Validators& validators);

// Does If-Range let Range be heeded (section 13.1.5)? True without If-Range.
bool if_range_allows(const HeadFields& fields, const Validators& validators);

} // namespace ktcp::http
