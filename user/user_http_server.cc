// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// user-http-server: khttpd.ko's twin in user space.
#include "options.hh"
#include "signals.hh"
#include "start_error.hh"

#include "ktcp/http.h"

#include <cstdio>

int main(int argc, char** argv) {
    using namespace ktcp::user;
    try {
        HttpOptions options = parse_http_options(argc, argv);
        if (options.exit_status)
            return *options.exit_status;
        block_signals();
        set_descriptor_limit(*options.server.model);
        Server server(ktcp_http_protocol, &options.config, options.server);
        return serve_until_signalled(server, "user-http-server", [&] {
            announce("user-http-server", server, options.server, describe_roots(options));
        });
    } catch (const std::exception& error) {
        return report_failed_start("user-http-server", error);
    }
}
