// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The forms of a request-target, RFC 9112 section 3.2, and the path in it. A reading
// for comparison only.
#pragma once

#include <string>

namespace ktcp::reference {

struct Target {
    int status = 0; // to refuse it with; 0: the rest is valid
    bool asterisk = false;
    bool directory = false; // the path ends in "/", "." or ".."
    bool missing = false;   // a name in the path has a "/" in it, so there is no such file
    std::string authority;  // of absolute-form
    std::string query;      // with its "?"
    std::string path;       // decoded, without "/" at either end
};

// `target` is one that read_request_head() has taken.
Target read_target(const std::string& target);

} // namespace ktcp::reference
