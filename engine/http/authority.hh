// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Who a request is for: Host = uri-host [ ":" port ], RFC 9110 section 7.2.
#pragma once

#include "base/ascii.hh"

namespace ktcp::http {

// host is an IP literal in brackets, or a registered name or IPv4 address, and may
// be empty; port is digits, and may be empty too (RFC 3986 section 3.2). There is
// no user name, as "@" is in neither (RFC 9110 section 4.2.4).
constexpr bool is_authority(Bytes text) {
    const char* p = text.begin();
    const char* const end = text.end();
    if (p != end && *p == '[') {
        p++;
        const char* const address = p;
        while (p != end && ascii::is(*p, ascii::ip_literal))
            p++;
        if (p == address || p == end || *p != ']')
            return false;
        p++;
    } else {
        while (p != end && ascii::is(*p, ascii::reg_name))
            p++;
    }
    if (p == end)
        return true;
    if (*p != ':')
        return false;
    for (p++; p != end; p++)
        if (!ascii::is_digit(*p))
            return false;
    return true;
}

} // namespace ktcp::http
