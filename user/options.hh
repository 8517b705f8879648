// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The command lines of the two servers.
#pragma once

#include "server.hh"

#include "ktcp/http.h"

#include <list>
#include <optional>

namespace CLI {
class App;
}

namespace ktcp::user {

// What a program does after its command line was read: go on, or exit.
struct EchoOptions {
    ServerOptions server;
    std::optional<int> exit_status; // --help and --version: 0; a bad value: 2
};

// To be moved and not copied: the configuration points into what the lists own, and both
// must live as long as the server.
struct HttpOptions {
    ServerOptions server;
    ktcp_http_config config{};
    std::vector<ktcp_http_site> sites; // the i-th has root i + 1
    std::list<std::string> texts;
    std::optional<int> exit_status;

    HttpOptions() = default;
    HttpOptions(HttpOptions&&) = default;
};

EchoOptions parse_echo_options(int argc, const char* const* argv);
HttpOptions parse_http_options(int argc, const char* const* argv);

// What the two are made of. A server that lists nothing has no sort_memory.
void add_server_options(CLI::App& app, ServerOptions& options);
void add_host_limits(CLI::App& app, ServerOptions& options, bool lists);
std::optional<int> parse_options(CLI::App& app, ServerOptions& options, int argc,
                                 const char* const* argv);

// As many descriptors as we may have, and as the model can use: each connection is one.
void set_descriptor_limit(const Model& model);

// The one line that a server prints when it is ready.
void announce(const char* program, const Server& server, const ServerOptions& options,
              const std::string& what);
std::string describe_roots(const HttpOptions& options); // for announce()

} // namespace ktcp::user
