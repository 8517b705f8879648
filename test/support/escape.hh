// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The escapes of the test files, and what goes on the wire or into HTML.
#pragma once

#include <string>
#include <string_view>

namespace ktcp::test {

// \r \n \t \\ \s (space) \0 \xHH; throws std::runtime_error on any other.
std::string unescape(std::string_view text);
// For messages: control bytes and bytes >= 0x7f become escapes; long text is cut.
std::string escape(std::string_view bytes, size_t limit = 200);

// RFC 3986 section 2.1: everything but unreserved characters and '/' is encoded.
std::string percent_encode(std::string_view path);
// Throws std::runtime_error where '%' is not followed by two hex digits.
std::string percent_decode(std::string_view text);

// The named and numeric references that a listing may use; throws on others.
std::string html_unescape(std::string_view text);

} // namespace ktcp::test
