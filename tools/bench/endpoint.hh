// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

#include <sys/socket.h>

#include "options.hh"

namespace bench {

// Where to connect: made once, before the threads start, read-only after.
struct Endpoint {
    sockaddr_storage address{};
    socklen_t length = 0;
    std::string name; // for messages: 127.0.0.1:12345, [::1]:12345
};

// Returns what is wrong, or an empty string.
[[nodiscard]] std::string resolve(const Options& options, Endpoint& endpoint);

} // namespace bench
