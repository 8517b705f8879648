// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A whole listing as the content of an answer, made without a session: for hosts that
// keep it (ktcp_protocol::render_open and those that follow it).
#pragma once

#include "http/listing_kind.hh"
#include "http/listing_stream.hh"
#include "ktcp/http.h"

namespace ktcp::http {

class Rendering {
public:
    // False: no memory is to be had to sort in. The request's path must stay until close().
    bool open(void* host, const ktcp_http_config& config, const ktcp_resource_request& request);
    // False: there are more than can be sorted.
    bool entry(const ktcp_entry& entry);
    // After the last entry: what fits of the rest, 0 once all was read.
    size_t read(char* place, size_t size);
    void close() { listing_.stop(); }

private:
    ListingStream listing_;
    Bytes path_;
    bool begun_ = false;
    bool ended_ = false;
};

} // namespace ktcp::http
