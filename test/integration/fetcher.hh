// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One keep-alive connection that fetches one resource after the other.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "support/endpoint.hh"
#include "support/http_response.hh"

namespace ktcp::test {

class Fetcher {
public:
    explicit Fetcher(const Endpoint& server,
                     std::chrono::seconds patience = std::chrono::seconds(60))
        : server_(server), patience_(patience) {}

    // `target` as it goes on the wire. The body goes to the sink, or, without one, to
    // Response::body. Throws std::runtime_error if no proper response comes.
    Response get(std::string_view target, ResponseReader::BodySink sink = {});

    // How often a connection had to be opened: 1 as long as the server keeps it.
    unsigned connections() const { return connections_; }

private:
    Endpoint server_;
    std::chrono::seconds patience_;
    Socket socket_;
    unsigned connections_ = 0;
};

} // namespace ktcp::test
