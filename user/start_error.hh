// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Why a server could not start. Thrown at start-up only; nothing throws later.
#pragma once

#include <cerrno>
#include <cstring>
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

} // namespace ktcp::user
