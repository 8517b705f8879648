// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "json.hh"

#include <fmt/format.h>

namespace ktcp::tools {

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else
            out += c;
    }
    return out + '"';
}

} // namespace ktcp::tools
