// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Names are bytes of somebody else's choice: nothing of them reaches a page or a
// field except through these two functions.
#pragma once

#include "base/ascii.hh"
#include "base/writer.hh"

namespace ktcp::http {

// Text or attribute value of HTML: & < > " ' become character references.
inline void put_html(Writer& out, Bytes text) {
    const char* plain = text.begin();
    for (const char* p = text.begin(); p != text.end(); p++) {
        if (!ascii::is(*p, ascii::html_special))
            continue;
        out.put(Bytes(plain, p));
        plain = p + 1;
        out.put(*p == '&'   ? "&amp;"_b
                : *p == '<' ? "&lt;"_b
                : *p == '>' ? "&gt;"_b
                : *p == '"' ? "&quot;"_b
                            : "&#39;"_b);
    }
    out.put(Bytes(plain, text.end()));
}
inline constexpr size_t html_expansion = 6; // at most, per byte

// A path segment of a URI: everything but RFC 3986's unreserved characters is
// percent-encoded, ':' too, which could make a relative reference look absolute.
// '/' is kept if `keep_slash`.
inline void put_uri(Writer& out, Bytes text, bool keep_slash) {
    constexpr char digits[] = "0123456789ABCDEF";
    const char* plain = text.begin();
    for (const char* p = text.begin(); p != text.end(); p++) {
        if (ascii::is(*p, ascii::unreserved) || (keep_slash && *p == '/'))
            continue;
        out.put(Bytes(plain, p));
        plain = p + 1;
        out.put('%');
        out.put(digits[static_cast<uint8_t>(*p) >> 4]);
        out.put(digits[static_cast<uint8_t>(*p) & 15]);
    }
    out.put(Bytes(plain, text.end()));
}
inline constexpr size_t uri_expansion = 3; // at most, per byte

} // namespace ktcp::http
