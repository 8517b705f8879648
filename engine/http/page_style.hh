// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the server's own pages have in common: HTML that needs no script and nothing
// from elsewhere, is read on a phone as well as on a desk, in the dark as well as by
// day, and by ear.
#pragma once

#include "base/bytes.hh"

namespace ktcp::http {

inline constexpr Bytes page_before_title =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>"_b;

// Then what a page adds to the style, and page_before_heading. Text stands out from its
// ground by 5:1 at least (WCAG 2.1 section 1.4.3 asks for 4.5:1).
inline constexpr Bytes page_before_style =
    "</title><style>"
    ":root{color-scheme:light dark;--link:#0b57d0;--dim:#5c5c5c;--line:#ddd}"
    "@media(prefers-color-scheme:dark){:root{--link:#9cc3ff;--dim:#adadad;--line:#444}}"
    "body{max-width:60rem;margin:0 auto;padding:1rem;font:1rem/1.5 system-ui,sans-serif}"
    "h1{font-size:1.4rem;line-height:1.3;overflow-wrap:anywhere}"
    "a{color:var(--link)}"
    ":focus-visible{outline:2px solid;outline-offset:2px}"_b;
inline constexpr Bytes page_before_heading = "</style></head>\n<body><h1>"_b;
inline constexpr Bytes page_after_heading = "</h1>\n"_b;
inline constexpr Bytes page_end = "</body></html>\n"_b;

} // namespace ktcp::http
