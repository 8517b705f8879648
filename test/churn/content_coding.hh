// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Content codings (RFC 9110 section 8.4.1), by their own libraries.
#pragma once

#include <string>
#include <string_view>

namespace ktcp::test {

std::string gzip(std::string_view bytes);

// Throws std::runtime_error unless the bytes are, whole and with nothing after them, what the
// coding ("gzip", "deflate" or "zstd") makes of something.
std::string decode(std::string_view coding, std::string_view bytes);

} // namespace ktcp::test
