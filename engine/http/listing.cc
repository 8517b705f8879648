// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/listing.hh"

#include "http/date.hh"
#include "http/escape.hh"

namespace ktcp::http {
namespace {

// A name stands in a row twice: as a link and as text.
static_assert(KTCP_NAME_MAX * (html_expansion + uri_expansion) + 256 <= listing_row_max);

constexpr size_t title_max = 200; // bytes of the path that the title shows
constexpr Bytes style =
    "body{font-family:sans-serif;margin:2em}td,th{text-align:left;padding:.1em 1em .1em 0}"
    "td+td{color:#666;white-space:nowrap}"_b;
static_assert(2 * title_max * html_expansion + style.size + 400 <= listing_begin_max);

// The path's end, as much as a title needs, from a character's start on.
Bytes shown_path(Bytes path) {
    if (path.size <= title_max)
        return path;
    Bytes shown = path.from(path.size - title_max);
    while (shown.size != 0 && (static_cast<uint8_t>(shown[0]) & 0xc0) == 0x80)
        shown = shown.from(1);
    return shown;
}

void put_title(Writer& out, Bytes path) {
    const Bytes shown = shown_path(path);
    out.put("Index of "_b);
    out.put(shown.size == path.size ? "/"_b : "\xe2\x80\xa6"_b); // an ellipsis
    put_html(out, shown);
    if (!path.empty())
        out.put('/');
}

} // namespace

void put_listing_begin(Writer& out, Bytes path) {
    out.put("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\"><title>"_b);
    put_title(out, path);
    out.put("</title><style>"_b);
    out.put(style);
    out.put("</style></head>\n<body><h1>"_b);
    put_title(out, path);
    out.put("</h1>\n<table><tr><th>Name</th><th>Size</th><th>Modified (UTC)</th></tr>\n"_b);
    if (!path.empty())
        out.put("<tr><td><a href=\"../\">..</a></td><td></td><td></td></tr>\n"_b);
}

void put_listing_row(Writer& out, const ktcp_entry& entry) {
    const Bytes name(entry.name, entry.name_size);
    const bool directory = entry.kind == KTCP_ENTRY_DIRECTORY;
    out.put("<tr><td><a href=\""_b);
    put_uri(out, name, false);
    if (directory)
        out.put('/');
    out.put("\">"_b);
    put_html(out, name);
    out.put(directory ? "/</a></td><td>"_b : "</a></td><td>"_b);
    if (entry.kind == KTCP_ENTRY_FILE)
        out.put_decimal(entry.size);
    out.put("</td><td>"_b);
    if (entry.kind != KTCP_ENTRY_OTHER)
        put_short_date(out, entry.modified_seconds);
    out.put("</td></tr>\n"_b);
}

void put_listing_end(Writer& out) { out.put("</table></body></html>\n"_b); }

} // namespace ktcp::http
