// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/listing.hh"

#include "http/date.hh"
#include "http/escape.hh"
#include "http/page_style.hh"

namespace ktcp::http {
namespace {

// A name stands in a row twice: as a link and as text.
static_assert(html_expansion == json_expansion);
static_assert(KTCP_NAME_MAX * (html_expansion + uri_expansion) + 300 <= listing_row_max);

// Bytes of the path that are shown; a browser's tab shows fewer.
constexpr size_t title_max = 60;
constexpr size_t heading_max = 160;

constexpr Bytes listing_style =
    "table{width:100%;border-collapse:collapse}"
    "th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:baseline}"
    "td:first-child{width:100%}"
    "tr>:first-child{padding-left:0}"
    "tr>:nth-child(2){text-align:right}"
    "tr>:nth-child(3){padding-right:0}"
    "td+td{color:var(--dim);white-space:nowrap;font-variant-numeric:tabular-nums}"
    "td a{display:block;text-decoration:none;white-space:pre-wrap;overflow-wrap:anywhere}"
    "td a:hover,button:hover{text-decoration:underline}"
    "a[href$='/']{font-weight:600}"
    "form{margin:0}"
    "button{all:unset;cursor:pointer;white-space:nowrap}"
    "[aria-sort=ascending] button::after{content:' \xe2\x96\xb2'}"
    "[aria-sort=descending] button::after{content:' \xe2\x96\xbc'}"
    "tbody:empty::after{display:table-cell;padding:.3rem 0;content:'This folder is empty.'}"
    "@media(max-width:32rem){body{padding:.5rem}th,td{padding:.4rem .3rem}"
    "th,td+td{font-size:.8rem}}"_b;
static_assert((title_max + heading_max) * html_expansion + page_before_title.size +
                  page_before_style.size + listing_style.size + page_before_heading.size + 550 <=
              listing_begin_max);

struct Column {
    ListingOrder::Key key = ListingOrder::Key::name;
    char letter = 0; // in the query
    Bytes head;
};
constexpr Column columns[] = {
    {ListingOrder::Key::name, 'N', "Name"_b},
    {ListingOrder::Key::size, 'S', "Size"_b},
    {ListingOrder::Key::modified, 'M', "Modified (UTC)"_b},
};

// The path's end, as much as there is room for, from a character's start on.
void put_path(Writer& out, Bytes path, size_t size_max) {
    Bytes shown = path;
    if (path.size > size_max)
        shown = path.from(path.size - size_max);
    while (shown.size != path.size && !shown.empty() &&
           (static_cast<uint8_t>(shown[0]) & 0xc0) == 0x80)
        shown = shown.from(1);
    out.put("Index of "_b);
    out.put(shown.size == path.size ? "/"_b : "\xe2\x80\xa6"_b); // an ellipsis
    put_html(out, shown);
    if (!path.empty())
        out.put('/');
}

// A head that sorts is a form with a button, not a link: programs that follow links
// (wget -r, search engines) would fetch every folder once more for each order.
void put_column_head(Writer& out, const Column& column, ListingOrder order, bool sorted) {
    const bool current = sorted && order.key == column.key;
    out.put("<th scope=\"col\""_b);
    if (current)
        out.put(order.descending ? " aria-sort=\"descending\""_b : " aria-sort=\"ascending\""_b);
    out.put('>');
    if (sorted) {
        out.put("<form><input type=\"hidden\" name=\"C\" value=\""_b);
        out.put(column.letter);
        out.put("\"><button name=\"O\" value=\""_b);
        out.put(current && !order.descending ? 'D' : 'A');
        out.put("\">"_b);
    }
    out.put(column.head);
    out.put(sorted ? "</button></form></th>"_b : "</th>"_b);
}

// "1.4 MiB": rounded, with one decimal place below 100.
void put_human_size(Writer& out, uint64_t size) {
    unsigned unit = 0; // a power of 1024
    uint64_t whole = size;
    uint64_t tenths = 0;
    bool with_tenths = false;
    while (whole >= 1024) {
        unit++;
        const unsigned shift = 10 * unit;
        const uint64_t rest = size & ((uint64_t{1} << shift) - 1);
        const uint64_t half = uint64_t{1} << (shift - 1);
        whole = size >> shift;
        tenths = whole * 10 + ((rest * 10 + half) >> shift); // rest * 10 < 2^64: shift <= 60
        with_tenths = tenths < 1000;
        if (!with_tenths)
            whole += rest >= half; // which may make 1024 of it
    }
    if (with_tenths) {
        out.put_decimal(tenths / 10);
        out.put('.');
        out.put_decimal(tenths % 10);
    } else {
        out.put_decimal(whole);
    }
    out.put(' ');
    if (unit != 0)
        out.put("KMGTPE"[unit - 1]);
    out.put(unit != 0 ? "iB"_b : "B"_b);
}

void put_time(Writer& out, int64_t unix_seconds) {
    char text[sizeof "1994-11-06 08:49:37" - 1];
    Writer exact(text, text + sizeof text);
    put_short_date(exact, unix_seconds);
    const Bytes shown(text, exact.size());
    exact.put(':');
    exact.put_padded(static_cast<unsigned>((unix_seconds % 60 + 60) % 60), 2);

    out.put("<time datetime=\""_b);
    out.put(Bytes(text, exact.size()));
    out.put("Z\">"_b);
    out.put(shown);
    out.put("</time>"_b);
}

void put_html_row(Writer& out, const ktcp_entry& entry) {
    const Bytes name(entry.name, entry.name_size);
    const bool directory = entry.kind == KTCP_ENTRY_DIRECTORY;
    out.put("<tr><td><a href=\""_b);
    put_uri(out, name, false);
    out.put(directory ? "/\">"_b : "\">"_b);
    put_html(out, name);
    out.put(directory ? "/</a></td><td"_b : "</a></td><td"_b);
    if (entry.kind == KTCP_ENTRY_FILE) {
        out.put(" title=\""_b);
        out.put_decimal(entry.size);
        out.put(" bytes\">"_b);
        put_human_size(out, entry.size);
    } else {
        out.put('>');
    }
    out.put("</td><td>"_b);
    if (entry.kind != KTCP_ENTRY_OTHER)
        put_time(out, entry.modified_seconds);
    out.put("</td></tr>\n"_b);
}

void put_json_row(Writer& out, const ktcp_entry& entry, bool first) {
    const Bytes name(entry.name, entry.name_size);
    const bool directory = entry.kind == KTCP_ENTRY_DIRECTORY;
    out.put(first ? "{\"name\":\""_b : ",\n{\"name\":\""_b);
    put_json_string(out, name);
    out.put("\",\"href\":\""_b);
    put_uri(out, name, false);
    out.put(directory                       ? "/\",\"type\":\"directory\""_b
            : entry.kind == KTCP_ENTRY_FILE ? "\",\"type\":\"file\""_b
                                            : "\",\"type\":\"other\""_b);
    if (entry.kind != KTCP_ENTRY_OTHER) {
        out.put(",\"mtime\":\""_b);
        put_imf_fixdate(out, entry.modified_seconds);
        out.put('"');
    }
    if (entry.kind == KTCP_ENTRY_FILE) {
        out.put(",\"size\":"_b);
        out.put_decimal(entry.size);
    }
    out.put('}');
}

} // namespace

ListingOrder listing_order_of(Bytes query) {
    ListingOrder order;
    const char* p = query.begin();
    while (p != query.end()) {
        p++; // the '?', or what stands between two parameters
        const char* end = p;
        while (end != query.end() && *end != '&' && *end != ';')
            end++;
        const Bytes parameter(p, end);
        p = end;
        if (parameter == "C=N"_b)
            order.key = ListingOrder::Key::name;
        else if (parameter == "C=S"_b)
            order.key = ListingOrder::Key::size;
        else if (parameter == "C=M"_b)
            order.key = ListingOrder::Key::modified;
        else if (parameter == "O=A"_b || parameter == "O=D"_b)
            order.descending = parameter[2] == 'D';
        else if (parameter.starts_with("C="_b) || parameter.starts_with("O="_b))
            return {};
    }
    return order;
}

void put_listing_begin(Writer& out, ListingFormat format, Bytes path, ListingOrder order,
                       bool sorted) {
    if (format == ListingFormat::json)
        return out.put("[\n"_b);
    out.put(page_before_title);
    put_path(out, path, title_max);
    out.put(page_before_style);
    out.put(listing_style);
    out.put(page_before_heading);
    put_path(out, path, heading_max);
    out.put(page_after_heading);
    if (!sorted)
        out.put("<p>Not sorted: there are too many entries.</p>\n"_b);
    out.put("<table><thead><tr>"_b);
    for (const Column& column : columns)
        put_column_head(out, column, order, sorted);
    out.put("</tr></thead>\n"_b);
    // In a body of its own, so that the style sees whether the other one is empty.
    if (!path.empty())
        out.put("<tbody><tr><td><a href=\"../\">..</a></td><td></td><td></td></tr></tbody>\n"_b);
    out.put("<tbody>"_b);
}

void put_listing_row(Writer& out, ListingFormat format, const ktcp_entry& entry, bool first) {
    if (format == ListingFormat::json)
        put_json_row(out, entry, first);
    else
        put_html_row(out, entry);
}

void put_listing_end(Writer& out, ListingFormat format) {
    if (format == ListingFormat::json)
        return out.put("\n]\n"_b);
    out.put("</tbody></table>"_b);
    out.put(page_end);
}

} // namespace ktcp::http
