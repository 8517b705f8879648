// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a parsed request head says, as far as a static file server cares.
#pragma once

#include "http/method.hh"

namespace ktcp::http {

// The views point into the buffer that was parsed and live as long as it stays.
struct Request {
    Bytes target; // as sent: RFC 9112 section 3.2
    Bytes host;   // the Host field's value
    uint64_t content_length = 0;
    uint32_t fields = 0; // which there are: bits of Field (field.hh)
    Method method = Method::unknown;
    uint8_t minor_version = 0; // HTTP/1.minor_version
    bool has_host = false;
    bool has_content_length = false;
    bool has_transfer_encoding = false;
    bool chunked = false; // and nothing else
    bool connection_close = false;
    bool connection_keep_alive = false;
    bool expect_continue = false;
    bool expect_unknown = false; // an expectation that we cannot meet: 417
};

} // namespace ktcp::http
