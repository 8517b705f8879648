// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The command lines of the two servers.
#pragma once

#include "server.hh"

#include "ktcp/http.h"

#include <optional>

namespace ktcp::user {

// What a program does after its command line was read: go on, or exit.
struct EchoOptions {
    ServerOptions server;
    std::optional<int> exit_status; // --help and --version: 0; a bad value: 2
};

struct HttpOptions {
    ServerOptions server;
    ktcp_http_config config{};
    std::optional<int> exit_status;
};

EchoOptions parse_echo_options(int argc, const char* const* argv);
HttpOptions parse_http_options(int argc, const char* const* argv);

// As many descriptors as we may have, and as the model can use: each connection is one.
void set_descriptor_limit(const Model& model);

// The one line that a server prints when it is ready.
void announce(const char* program, const Server& server, const ServerOptions& options,
              const std::string& what);

} // namespace ktcp::user
