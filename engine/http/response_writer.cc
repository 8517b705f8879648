// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/response_writer.hh"

#include "http/date.hh"

namespace ktcp::http {
namespace {

void put_if_any(Writer& out, Bytes begin, Bytes value) {
    if (value.empty())
        return;
    out.put(begin);
    out.put(value);
}

// A server sends its own version whatever the client's: RFC 9110 section 6.2.
constexpr Bytes ok_begin = "HTTP/1.1 200 OK\r\nServer: ktcp\r\nDate: "_b;

// The line end of what comes before it, and then Connection, if it is to be said.
void put_persistence(Writer& out, Persistence persistence) {
    if (persistence == Persistence::close)
        out.put("\r\nConnection: close\r\n"_b);
    else if (persistence == Persistence::keep_alive)
        out.put("\r\nConnection: keep-alive\r\n"_b);
    else
        out.put("\r\n"_b);
}

} // namespace

void put_field(Writer& out, Bytes name, Bytes value) {
    out.put(name);
    out.put(": "_b);
    out.put(value);
    out.put("\r\n"_b);
}

void put_description(Writer& out, const ResponseHead& head) {
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
        out.put("\r\nLast-Modified: "_b);
        put_imf_fixdate(out, head.last_modified);
    }
    if (!head.entity_tag.empty()) {
        out.put("\r\nETag: "_b);
        out.put(head.entity_tag);
    }
    if (head.accept_ranges)
        out.put("\r\nAccept-Ranges: bytes"_b);
    put_if_any(out, "\r\nContent-Encoding: "_b, head.content_coding);
    put_if_any(out, "\r\nCache-Control: "_b, head.cache_control);
    put_if_any(out, "\r\nVary: "_b, head.vary);
}

void put_head(Writer& out, const ResponseHead& head) {
    if (head.status == Status::ok) {
        out.put(ok_begin);
    } else {
        out.put("HTTP/1.1 "_b);
        out.put(status_text(head.status));
        out.put("\r\nServer: ktcp\r\nDate: "_b);
    }
    out.put(head.date);
    put_description(out, head);
    put_persistence(out, head.persistence);
}

void put_ok_head(Writer& out, Bytes date, Bytes description, Persistence persistence) {
    out.put(ok_begin);
    out.put(date);
    out.put(description);
    put_persistence(out, persistence);
    end_head(out);
}

} // namespace ktcp::http
