// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The names that a directory listing leads to, read tag by tag: so strictly that a name
// which is not escaped does not pass for markup, and yet so that the listings of nginx
// and Apache can be read too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ktcp::test {

struct Listing {
    std::vector<std::string> names; // decoded, sorted, without a trailing '/'
    bool has_parent = false;        // there is a link to ".."
};

// Throws std::runtime_error where the HTML is unsafe or a link leads elsewhere.
Listing read_listing(std::string_view html);

// What is wrong with a listing of these names (in any order); empty if nothing is.
std::string compare_listing(std::string_view html, std::vector<std::string> names, bool is_root);

} // namespace ktcp::test
