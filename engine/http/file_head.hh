// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the head of an answer says of the resource that it carries; for a session, and
// for a host that keeps it (ktcp_protocol::describe).
#pragma once

#include "http/entity_tag.hh"
#include "http/response_writer.hh"
#include "ktcp/http.h"

namespace ktcp::http {

// The fields of Vary: what a file's answer depends on, and a listing's.
constexpr Bytes file_vary(bool coded) { return coded ? "Accept-Encoding"_b : Bytes(); }
constexpr Bytes listing_vary(bool coded) {
    return coded ? "Accept, Accept-Encoding"_b : "Accept"_b;
}

// The head of a 200 with the whole of a file, with validators if it is settled; the tag's text is
// put into `tag`, which must outlive the head. `path` is the one that was asked for.
ResponseHead file_head(const ktcp_http_config& config, Bytes path, const ktcp_resource& resource,
                       int64_t now, EntityTag& tag);

// The same for a directory's rendering, of that number (listing_kind.hh).
ResponseHead rendering_head(uint32_t rendering, const ktcp_resource& resource);

// ktcp_protocol::describe and ::compressible
size_t describe(const ktcp_http_config& config, const ktcp_resource_request& request,
                const ktcp_resource& resource, int64_t now, char* place);
bool compressible(const ktcp_resource_request& request, const ktcp_resource& resource);

} // namespace ktcp::http
