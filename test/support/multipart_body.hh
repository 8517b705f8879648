// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A multipart body, RFC 2046 section 5.1.1, read as strictly as http_response.hh reads
// what is around it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/http_response.hh"

namespace ktcp::test {

struct MultipartBody {
    struct Part {
        std::vector<Field> fields;
        std::string body;
    };

    std::string subtype;
    std::vector<Part> parts;
};

// What is wrong with it; empty if nothing is. Nothing may stand before the first
// boundary, and nothing but CRLF after the last.
std::string read_multipart(std::string_view content_type, std::string_view body,
                           MultipartBody& multipart);

} // namespace ktcp::test
