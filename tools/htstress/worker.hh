// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hh"
#include "run.hh"
#include "tally.hh"
#include "ticking_epoll.hh"

namespace htstress {

// One thread's event loop over its own connections. Per request on a persistent connection: one
// send, one recv, one reading of the clock, and a share of an epoll_wait.
class Worker {
public:
    explicit Worker(Run& run);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Returns what went wrong in setting up, or an empty string. Called before the threads start.
    [[nodiscard]] std::string open();

    // The thread's body: warm-up if asked for, then the measured window.
    void work();

    [[nodiscard]] const Tally& tally() const { return tally_; }

private:
    void run_phase();
    void on_event(Connection& c, std::uint32_t events);
    void on_tick();

    // A connection's way through a request (request.cc). Those that return bool return false when
    // the request is over already.
    void next_request(Connection& c);
    bool begin_request(Connection& c);
    bool connect(Connection& c);
    bool watch(Connection& c, std::uint32_t events);
    bool send_request(Connection& c);
    void receive(Connection& c, std::uint32_t events);
    void receive_idle(Connection& c);
    void on_answer(Connection& c, std::size_t left_over, bool at_end);
    void on_end_of_input(Connection& c);
    void lost(Connection& c, const char* operation, int error);

    bool claim();
    void count_good(const Connection& c);
    void count_bad(const char* why, unsigned status);
    void count_error(const char* operation, int error);
    void finish(Connection& c, bool keep);
    void close_socket(Connection& c);

    Run& run_;
    const std::string& request_;
    const bool keep_alive_;
    HeadMemo memo_;
    Tally tally_;
    std::vector<Connection> connections_;
    std::vector<char> buffer_;
    std::uint64_t now_ = 0;      // the last reading of the clock
    std::uint64_t claimed_ = 0;  // requests of the current batch still to begin
    std::uint64_t finished_ = 0; // finished and not yet reported to run_
    std::size_t in_flight_ = 0;
    ktcp::tools::TickingEpoll epoll_;
};

} // namespace htstress
