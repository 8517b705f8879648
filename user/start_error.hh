// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Why a server could not start. Thrown at start-up only; nothing throws later.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

namespace ktcp::user {

class StartError : public std::runtime_error {
public:
    // What failed, why, and what to do about it, in one line for the user.
    StartError(const std::string& what, const std::string& why, const std::string& advice)
        : std::runtime_error(what + ": " + why + "; " + advice) {}

    static StartError with_errno(const std::string& what, const std::string& advice) {
        return {what, std::strerror(errno), advice};
    }
};

// Tells why a program ends that could not start: its exit status.
inline int report_failed_start(const char* program, const std::exception& error) noexcept {
    if (dynamic_cast<const std::bad_alloc*>(&error))
        std::fprintf(stderr, "%s: there is no memory left; end what needs much of it\n", program);
    else
        std::fprintf(stderr, "%s: %s\n", program, error.what());
    return 1;
}

} // namespace ktcp::user
