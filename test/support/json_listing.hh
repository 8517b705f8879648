// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The names in a directory listing for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ktcp::test {

// What is wrong with a listing of these names (in any order) in JSON; empty if nothing
// is. Each entry is an object: its "href" leads to the name, its "type" is that which
// the link says, its "name" is the name where that is UTF-8.
std::string compare_json_listing(std::string_view json, std::vector<std::string> names);

} // namespace ktcp::test
