// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Names are bytes of somebody else's choice: nothing of them reaches a page or a
// field except through these functions.
#pragma once

#include "base/ascii.hh"
#include "base/utf8.hh"
#include "base/writer.hh"

namespace ktcp::http {

// Writes `text` in pieces: what stands as it is, and what `replace` writes in place of
// the rest. `plain(c)` says of an ASCII character whether it stands as it is; other
// characters do, and what is not UTF-8 becomes U+FFFD.
template <class Plain, class Replace>
void put_utf8(Writer& out, Bytes text, Plain plain, Replace replace) {
    const char* begin = text.begin();
    for (const char* p = begin; p != text.end();) {
        const utf8::Step step = utf8::step(p, text.end());
        if (step.valid && (step.size > 1 || plain(*p))) {
            p += step.size;
            continue;
        }
        out.put(Bytes(begin, p));
        if (step.valid)
            replace(*p);
        else
            out.put(utf8::replacement);
        p += step.size;
        begin = p;
    }
    out.put(Bytes(begin, text.end()));
}

// Text or attribute value of HTML: & < > " ' become character references. Control
// characters, which HTML does not allow and nobody would see, become their pictures
// (U+2400 and on).
inline void put_html(Writer& out, Bytes text) {
    put_utf8(
        out, text,
        [](char c) { return c >= 0x20 && c != 0x7f && !ascii::is(c, ascii::html_special); },
        [&](char c) {
            if (c >= 0x20 && c != 0x7f) {
                out.put(c == '&'   ? "&amp;"_b
                        : c == '<' ? "&lt;"_b
                        : c == '>' ? "&gt;"_b
                        : c == '"' ? "&quot;"_b
                                   : "&#39;"_b);
            } else {
                out.put("\xe2\x90"_b);
                out.put(static_cast<char>(c == 0x7f ? 0xa1 : 0x80 + c));
            }
        });
}
inline constexpr size_t html_expansion = 6; // at most, per byte

inline constexpr char hex_digits[] = "0123456789ABCDEF";

// What stands between the quotes of a JSON string (RFC 8259 section 7): its text is
// UTF-8 (section 8.1), so what is not becomes U+FFFD.
inline void put_json_string(Writer& out, Bytes text) {
    put_utf8(
        out, text, [](char c) { return c >= 0x20 && c != '"' && c != '\\'; },
        [&](char c) {
            if (c == '"' || c == '\\') {
                out.put('\\');
                out.put(c);
            } else {
                out.put("\\u00"_b);
                out.put(hex_digits[c >> 4]);
                out.put(hex_digits[c & 15]);
            }
        });
}
inline constexpr size_t json_expansion = 6; // at most, per byte

// A path segment of a URI: everything but RFC 3986's unreserved characters is
// percent-encoded, ':' too, which could make a relative reference look absolute.
// '/' is kept if `keep_slash`.
inline void put_uri(Writer& out, Bytes text, bool keep_slash) {
    const char* plain = text.begin();
    for (const char* p = text.begin(); p != text.end(); p++) {
        if (ascii::is(*p, ascii::unreserved) || (keep_slash && *p == '/'))
            continue;
        out.put(Bytes(plain, p));
        plain = p + 1;
        out.put('%');
        out.put(hex_digits[static_cast<uint8_t>(*p) >> 4]);
        out.put(hex_digits[static_cast<uint8_t>(*p) & 15]);
    }
    out.put(Bytes(plain, text.end()));
}
inline constexpr size_t uri_expansion = 3; // at most, per byte

// What put_uri() writes, in bytes.
constexpr size_t uri_size(Bytes text, bool keep_slash) {
    size_t size = text.size;
    for (char c : text)
        if (!ascii::is(c, ascii::unreserved) && !(keep_slash && c == '/'))
            size += uri_expansion - 1;
    return size;
}

} // namespace ktcp::http
