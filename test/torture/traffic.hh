// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Clients that stay while their server comes and goes: each connects again whenever it has
// lost its connection, and misbehaves in its own way.
#pragma once

#include <poll.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/endpoint.hh"

namespace ktcp::test {

// What a client is in the middle of when its server goes away.
enum class Manner { idle, slow, mid_head, mid_body, mid_send, half_closed, reset, crowd, busy };

struct NamedManner {
    Manner manner;
    const char* name;
};
extern const std::vector<NamedManner> manners;

struct Tally {
    uint64_t established = 0, refused = 0, ended = 0, done = 0, bytes = 0, faults = 0;
    std::string fault; // the first

    void fail(const std::string& what) {
        if (faults++ == 0)
            fault = what;
    }
};

class Client {
public:
    virtual ~Client() = default;
    // Of the receive buffer, before connecting; 0 for the default.
    virtual int window() const { return 0; }
    // Over a connection that has just been established.
    virtual void begin(Socket socket) = 0;
    // What poll() is to wait for; POLLRDHUP is added.
    virtual short events() const = 0;
    // When it wants to be stepped, whatever poll() says.
    virtual Clock::time_point due() const { return Clock::time_point::max(); }
    virtual const Socket& socket() const = 0;
    // Does it hear nothing of a FIN, as it does not read what comes before?
    virtual bool deaf() const { return false; }
    // It is to let go of its connection.
    virtual void abandon() = 0;
    // False: it has no connection any more, by its own will or the server's.
    virtual bool step(short events, Tally& tally) = 0;
};

std::unique_ptr<Client> make_echo_client(Manner manner, size_t number);
std::unique_ptr<Client> make_http_client(Manner manner, size_t number);

// Until `stopping` is set, or that time has come.
Tally run_clients(const Endpoint& server, std::vector<std::unique_ptr<Client>> clients,
                  const volatile std::sig_atomic_t& stopping, Clock::time_point until);

} // namespace ktcp::test
