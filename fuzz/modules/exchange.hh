// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One connection, over which an input goes in pieces, while what comes back is read.
#pragma once

#include "input.hh"
#include "support/endpoint.hh"

#include <functional>
#include <string_view>

namespace ktcp::fuzz {

class Exchange {
public:
    enum class End {
        fin,       // the server's
        reset,     // likewise
        abandoned, // the client's
    };
    struct Peer {
        std::function<void(std::string_view)> sent;
        std::function<void(std::string_view)> received;
    };

    Exchange(const test::Endpoint& to, Peer peer);

    // Sends all of it, as the input decides: in which pieces, with what pauses, and whether a
    // FIN or a reset ends it; then reads to the end.
    End run(Input& input);
    bool half_closed() const { return half_closed_; }

private:
    bool send(std::string_view bytes); // false: the connection has ended
    bool receive(int patience_ms);     // false: likewise, or nothing came

    test::Socket socket_;
    Peer peer_;
    bool ended_ = false, by_reset_ = false, half_closed_ = false;
    size_t received_ = 0;
};

} // namespace ktcp::fuzz
