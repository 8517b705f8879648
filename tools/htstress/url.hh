// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace htstress {

// [http://]host[:port][/path][?query]; a missing path is "/". A host with colons in it (an IPv6
// address) stands in brackets (RFC 3986 section 3.2.2), which `host` does not keep.
struct Url {
    std::string host;
    std::string authority; // host and port as written: what goes into the Host field
    std::string path;
    std::uint16_t port = 80;
    bool bracketed = false;
};

// Returns what is wrong with `text`, or an empty string.
[[nodiscard]] std::string parse_url(std::string_view text, Url& url);

} // namespace htstress
