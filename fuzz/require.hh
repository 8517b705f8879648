// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a target holds true: says what does not hold, and ends the run.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace ktcp::fuzz {

inline void check(bool condition, std::string_view what, std::string_view detail = {}) {
    if (condition)
        return;
    std::fprintf(stderr, "fuzz: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
                 static_cast<int>(detail.size()), detail.data());
    std::abort();
}

} // namespace ktcp::fuzz
