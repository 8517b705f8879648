// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Request methods, RFC 9110 section 9.
#pragma once

#include "base/bytes.hh"

namespace ktcp::http {

enum class Method : uint8_t {
    get,
    head,
    options,
    not_allowed, // known, but a static file server has no use for it: 405
    unknown,     // 501
};

inline constexpr Bytes allowed_methods = "GET, HEAD, OPTIONS"_b;

// Methods are case-sensitive.
constexpr Method method_of(Bytes name) {
    if (name == "GET"_b)
        return Method::get;
    if (name == "HEAD"_b)
        return Method::head;
    if (name == "OPTIONS"_b)
        return Method::options;
    constexpr Bytes others[] = {"POST"_b, "PUT"_b, "DELETE"_b, "CONNECT"_b, "TRACE"_b, "PATCH"_b};
    for (Bytes known : others)
        if (name == known)
            return Method::not_allowed;
    return Method::unknown;
}

} // namespace ktcp::http
