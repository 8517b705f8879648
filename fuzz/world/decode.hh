// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a client makes of a content in a coding.
#pragma once

#include <string>
#include <string_view>

namespace ktcp::fuzz {

// `coding` as in Content-Encoding; "": none. False if it cannot be undone.
bool decode(std::string_view coding, std::string_view body, std::string& plain);

} // namespace ktcp::fuzz
