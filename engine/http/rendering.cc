// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/rendering.hh"

#include "http/chunked.hh"

namespace ktcp::http {

// The beginning, a row and the end.
static_assert(listing_begin_max + listing_row_max + listing_end_max + 2 * Chunk::overhead <=
              KTCP_RENDERING_STEP);

bool Rendering::open(void* host, const ktcp_http_config& config,
                     const ktcp_resource_request& request) {
    const ListingKind kind = ListingKind::of(request.rendering);
    path_ = Bytes(request.path, request.size);
    listing_.start(host, {kind.format, kind.order, false, config.list_hidden, config.sort_size});
    return listing_.collecting();
}

bool Rendering::entry(const ktcp_entry& entry) {
    return listing_.is_hidden(entry) || listing_.collect(entry);
}

size_t Rendering::read(char* place, size_t size) {
    Writer out(place, place + size);
    if (ended_)
        return 0;
    if (!begun_)
        listing_.put_begin(out, path_, true);
    begun_ = true;
    if (listing_.put_collected(out)) {
        listing_.put_end(out);
        ended_ = true;
    }
    return out.size();
}

} // namespace ktcp::http
