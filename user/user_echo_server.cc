// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// user-echo-server: kecho.ko's twin in user space.
#include "options.hh"
#include "signals.hh"
#include "start_error.hh"

#include "ktcp/echo.h"

#include <cstdio>

int main(int argc, char** argv) {
    using namespace ktcp::user;
    try {
        EchoOptions options = parse_echo_options(argc, argv);
        if (options.exit_status)
            return *options.exit_status;
        block_signals();
        set_descriptor_limit(*options.server.model);
        Server server(ktcp_echo_protocol, nullptr, options.server);
        return serve_until_signalled(server, "user-echo-server", [&] {
            announce("user-echo-server", server, options.server, "echo");
        });
    } catch (const std::exception& error) {
        return report_failed_start("user-echo-server", error);
    }
}
