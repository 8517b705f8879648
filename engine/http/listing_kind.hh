// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Which listing of a directory is wanted: what ktcp_resource_request::rendering numbers.
#pragma once

#include "http/listing.hh"
#include "http/media_type.hh"

namespace ktcp::http {

struct ListingKind {
    ListingFormat format = ListingFormat::html;
    ListingOrder order;

    // From 1 on, as 0 says that none is wanted.
    constexpr uint32_t number() const {
        return 1 + (static_cast<uint32_t>(format) * 3 + static_cast<uint32_t>(order.key)) * 2 +
               order.descending;
    }
    static constexpr ListingKind of(uint32_t number) {
        const uint32_t index = number - 1;
        ListingKind kind;
        kind.format = static_cast<ListingFormat>(index / 6);
        kind.order.key = static_cast<ListingOrder::Key>(index / 2 % 3);
        kind.order.descending = index % 2 != 0;
        return kind;
    }
};

constexpr Bytes listing_type(ListingFormat format) {
    return format == ListingFormat::json ? "application/json"_b : html_type;
}

} // namespace ktcp::http
