// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/file_head.hh"

#include "http/content_coding.hh"
#include "http/listing_kind.hh"
#include "http/media_type.hh"

namespace ktcp::http {

ResponseHead file_head(const ktcp_http_config& config, Bytes path, const ktcp_resource& resource,
                       int64_t now, EntityTag& tag) {
    ResponseHead head;
    if (!resource.unsettled) {
        tag = entity_tag_of(resource);
        head.entity_tag = tag.bytes();
        head.has_last_modified = true;
    }
    // No date that lies ahead of the response's own: RFC 9110 section 8.8.2.1.
    head.last_modified = resource.modified_seconds < now ? resource.modified_seconds : now;
    head.length = resource.size;
    head.content_type = media_type_of(path);
    head.content_coding = content_coding_name(resource.coding);
    // Ranges are of the file's own bytes: what a coding makes of them may be made
    // another way tomorrow.
    head.accept_ranges = config.max_ranges != 0 && resource.coding == KTCP_CODING_IDENTITY;
    if (config.cache_control)
        head.cache_control = bytes_of(config.cache_control);
    head.vary = file_vary(resource.varies);
    return head;
}

ResponseHead rendering_head(uint32_t rendering, const ktcp_resource& resource) {
    ResponseHead head;
    head.length = resource.size;
    head.content_type = listing_type(ListingKind::of(rendering).format);
    head.content_coding = content_coding_name(resource.coding);
    head.vary = listing_vary(resource.varies);
    return head;
}

size_t describe(const ktcp_http_config& config, const ktcp_resource_request& request,
                const ktcp_resource& resource, int64_t now, char* place) {
    EntityTag tag;
    ResponseHead head;
    if (resource.rendered)
        head = rendering_head(request.rendering, resource);
    else if (resource.status == KTCP_RESOURCE_FILE && resource.modified_seconds <= now &&
             !resource.unsettled)
        head = file_head(config, Bytes(request.path, request.size), resource, now, tag);
    else
        return 0; // a date that is still to come changes from answer to answer
    Writer out(place, place + KTCP_DESCRIPTION_MAX);
    put_description(out, head);
    return out.overflowed() ? 0 : out.size();
}

bool compressible(const ktcp_resource_request& request, const ktcp_resource& resource) {
    return resource.rendered || is_compressible(media_type_of(Bytes(request.path, request.size)));
}

} // namespace ktcp::http
