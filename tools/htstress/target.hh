// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

#include <sys/socket.h>

#include "options.hh"

namespace htstress {

// Where to connect and what to say: made once, before the threads start, read-only after.
struct Target {
    sockaddr_storage address{};
    socklen_t address_length = 0;
    bool loopback4 = false; // in 127.0.0.0/8: has more than one source address to offer
    std::string request;    // the whole request, byte for byte
    std::string name;       // the address, for messages
};

// Returns what is wrong, or an empty string.
[[nodiscard]] std::string make_target(const Options& options, Target& target);

} // namespace htstress
