// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a target holds true: says what does not hold, and ends the run.
#pragma once

#include <concepts>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace ktcp::fuzz {

[[noreturn]] inline void fail(std::string_view what, std::string_view detail) {
    std::fprintf(stderr, "fuzz: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
                 static_cast<int>(detail.size()), detail.data());
    std::abort();
}

inline void check(bool condition, std::string_view what, std::string_view detail = {}) {
    if (!condition)
        fail(what, detail);
}

// A detail that is dear to say is said by a function, and only if it must be.
template <std::invocable Detail>
inline void check(bool condition, std::string_view what, const Detail& detail) {
    if (!condition)
        fail(what, detail());
}

} // namespace ktcp::fuzz
