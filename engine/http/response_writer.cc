// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/response_writer.hh"

#include "http/date.hh"

namespace ktcp::http {
namespace {

constexpr Bytes page_before_title =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<title>"_b;
constexpr Bytes page_before_heading = "</title></head>\n<body><h1>"_b;
constexpr Bytes page_end = "</h1><hr><p>ktcp</p></body></html>\n"_b;

} // namespace

void put_field(Writer& out, Bytes name, Bytes value) {
    out.put(name);
    out.put(": "_b);
    out.put(value);
    out.put("\r\n"_b);
}

void put_head(Writer& out, const ResponseHead& head) {
    // A server sends its own version whatever the client's: RFC 9110 section 6.2.
    if (head.status == Status::ok) {
        out.put("HTTP/1.1 200 OK\r\nServer: ktcp\r\nDate: "_b);
    } else {
        out.put("HTTP/1.1 "_b);
        out.put(status_text(head.status));
        out.put("\r\nServer: ktcp\r\nDate: "_b);
    }
    out.put(head.date);
    if (!head.content_type.empty()) {
        out.put("\r\nContent-Type: "_b);
        out.put(head.content_type);
    }
    if (head.framing == ResponseHead::Framing::length) {
        out.put("\r\nContent-Length: "_b);
        out.put_decimal(head.length);
    } else if (head.framing == ResponseHead::Framing::chunked) {
        out.put("\r\nTransfer-Encoding: chunked"_b);
    }
    if (head.has_last_modified) {
        // Not later than the response itself: RFC 9110 section 8.8.2.1.
        out.put("\r\nLast-Modified: "_b);
        put_imf_fixdate(out, head.last_modified < head.now ? head.last_modified : head.now);
    }
    if (head.persistence == Persistence::close)
        out.put("\r\nConnection: close\r\n"_b);
    else if (head.persistence == Persistence::keep_alive)
        out.put("\r\nConnection: keep-alive\r\n"_b);
    else
        out.put("\r\n"_b);
}

void put_status_page(Writer& out, Status status) {
    out.put(page_before_title);
    out.put(status_text(status));
    out.put(page_before_heading);
    out.put(status_text(status));
    out.put(page_end);
}

size_t status_page_size(Status status) {
    return page_before_title.size + page_before_heading.size + page_end.size +
           2 * status_text(status).size;
}

} // namespace ktcp::http
