// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client.hh"
#include "message.hh"
#include "persistent_run.hh"
#include "ticking_epoll.hh"

namespace bench {

// One thread's event loop over its own connections, each with at most one message in flight. Per
// round trip: one send, one recv, one reading of the clock, and a share of an epoll_wait.
class PersistentWorker {
public:
    PersistentWorker(PersistentRun& run, unsigned index);
    PersistentWorker(const PersistentWorker&) = delete;
    PersistentWorker& operator=(const PersistentWorker&) = delete;

    // The thread's body: connects all, warms up if asked for, then the measured window.
    void work();

    [[nodiscard]] const ktcp::tools::Histogram& latency() const { return latency_; }

private:
    struct Connection {
        Client client;
        EchoCheck echo;
        std::vector<char> own;     // the message, with --unique
        std::uint64_t started = 0; // ns
        std::size_t sent = 0;
        std::uint64_t turn = 0; // messages begun on it
        bool busy = false;      // a message is in flight
    };

    std::string connect_all();
    [[nodiscard]] std::string connect(Connection& c);
    void run_phase();
    void on_event(Connection& c, std::uint32_t events);
    void on_tick();
    void next_message(Connection& c);
    // False: the run has failed.
    bool send(Connection& c);
    // `ended`: the event said that nothing comes behind what can be read.
    void receive(Connection& c, bool ended);
    bool claim();
    void fail(const Connection& c, const std::string& fault);
    const std::vector<char>& message_of(const Connection& c) const {
        return c.own.empty() ? common_ : c.own;
    }

    PersistentRun& run_;
    const unsigned index_;
    std::vector<char> common_;
    std::vector<char> buffer_;
    std::vector<Connection> connections_;
    ktcp::tools::Histogram latency_;
    std::uint64_t now_ = 0;      // the last reading of the clock
    std::uint64_t claimed_ = 0;  // round trips of the current batch still to begin
    std::uint64_t finished_ = 0; // not yet reported to run_
    std::size_t in_flight_ = 0;
    ktcp::tools::TickingEpoll epoll_;
};

} // namespace bench
