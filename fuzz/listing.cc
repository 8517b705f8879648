// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A listing of whatever names: a strict reader gets the names back, from HTML and from
// JSON; all of it is UTF-8; and no piece is longer than was promised.
#include "http/listing.hh"
#include "require.hh"
#include "support/html_listing.hh"
#include "support/json_listing.hh"
#include "text.hh"

#include <algorithm>
#include <vector>

using namespace ktcp;
using namespace ktcp::http;
using fuzz::check;

namespace {

// RFC 3629 section 4, by its table of ranges.
bool is_utf8(std::string_view text) {
    const auto in = [&](size_t i, int low, int high) {
        return i < text.size() && static_cast<unsigned char>(text[i]) >= low &&
               static_cast<unsigned char>(text[i]) <= high;
    };
    for (size_t i = 0; i < text.size();) {
        if (in(i, 0, 0x7f))
            i += 1;
        else if (in(i, 0xc2, 0xdf) && in(i + 1, 0x80, 0xbf))
            i += 2;
        else if ((in(i, 0xe0, 0xe0) && in(i + 1, 0xa0, 0xbf) && in(i + 2, 0x80, 0xbf)) ||
                 (in(i, 0xe1, 0xec) && in(i + 1, 0x80, 0xbf) && in(i + 2, 0x80, 0xbf)) ||
                 (in(i, 0xed, 0xed) && in(i + 1, 0x80, 0x9f) && in(i + 2, 0x80, 0xbf)) ||
                 (in(i, 0xee, 0xef) && in(i + 1, 0x80, 0xbf) && in(i + 2, 0x80, 0xbf)))
            i += 3;
        else if ((in(i, 0xf0, 0xf0) && in(i + 1, 0x90, 0xbf) && in(i + 2, 0x80, 0xbf) &&
                  in(i + 3, 0x80, 0xbf)) ||
                 (in(i, 0xf1, 0xf3) && in(i + 1, 0x80, 0xbf) && in(i + 2, 0x80, 0xbf) &&
                  in(i + 3, 0x80, 0xbf)) ||
                 (in(i, 0xf4, 0xf4) && in(i + 1, 0x80, 0x8f) && in(i + 2, 0x80, 0xbf) &&
                  in(i + 3, 0x80, 0xbf)))
            i += 4;
        else
            return false;
    }
    return true;
}

// What f writes; the writer has no room for more than it may.
template <class F> std::string piece(size_t most, F f) {
    std::string memory(most, '\0');
    Writer out(memory.data(), memory.data() + most);
    f(out);
    check(!out.overflowed(), "longer than was promised");
    return memory.substr(0, out.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const ListingOrder order = {static_cast<ListingOrder::Key>(data[0] % 3), (data[0] & 4) != 0};
    // The path is the first line, the names are the others; none has a NUL or a '/'.
    std::vector<std::string> names;
    std::string path;
    for (size_t at = 0, line = 0; at < text.size(); line++) {
        const size_t end = std::min(text.find(data[0] & 8 ? '\n' : '\0', at), text.size());
        std::string name = text.substr(at, std::min<size_t>(end - at, KTCP_NAME_MAX));
        at = end + 1;
        for (char& c : name)
            if (c == '\0' || (c == '/' && line != 0))
                c = '_';
        if (line == 0)
            path = name;
        else if (!name.empty() && name != "." && name != "..")
            names.push_back(name);
    }

    for (ListingFormat format : {ListingFormat::html, ListingFormat::json}) {
        std::string listing = piece(listing_begin_max, [&](Writer& out) {
            put_listing_begin(out, format, test::bytes(path), order, (data[0] & 16) != 0);
        });
        for (size_t i = 0; i < names.size(); i++) {
            const ktcp_entry entry = {names[i].data(), static_cast<uint32_t>(names[i].size()),
                                      static_cast<ktcp_entry_kind>(1 + (data[1] + i) % 3),
                                      static_cast<int64_t>(data[1]) << (i % 57),
                                      static_cast<uint64_t>(data[1]) << (i % 64)};
            listing += piece(listing_row_max,
                             [&](Writer& out) { put_listing_row(out, format, entry, i == 0); });
        }
        listing += piece(listing_end_max, [&](Writer& out) { put_listing_end(out, format); });
        check(is_utf8(listing), "not UTF-8", listing);
        const std::string fault = format == ListingFormat::json
                                      ? test::compare_json_listing(listing, names)
                                      : test::compare_listing(listing, names, path.empty());
        check(fault.empty(), fault, listing);
    }
    return 0;
}
