// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "connection.hh"
#include "run.hh"
#include "tally.hh"
#include "ticking_epoll.hh"

namespace htstress {

// One thread's event loop over its own connections. Per request on a persistent connection: one
// send, one recv, one reading of the clock, and a share of an epoll_wait; requests that are sent
// ahead share the send and the recv, too. Nothing is allocated for a request.
class Worker {
public:
    // `index`: which of the run's threads this is.
    Worker(Run& run, unsigned index);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Returns what went wrong in setting up, or an empty string. Called before the threads start.
    [[nodiscard]] std::string open();

    // The thread's body: warm-up if asked for, then the measured window.
    void work();

    [[nodiscard]] const Tally& tally() const { return tally_; }

private:
    // The loop (worker.cc).
    void run_phase();
    void on_event(Connection& c, std::uint32_t events);
    void on_tick();
    void check_time(Connection& c);
    void report_done();

    // With a rate (pace.cc): begins what is due, and waits no longer than to the next one.
    void begin_due();
    int wait_paced(epoll_event* events, int room);
    [[nodiscard]] bool more_due() const;

    // Out: connecting and sending (request.cc). What returns bool says whether the connection now
    // waits for an event (or has nothing to do); if not, its state has changed: look again.
    void settle(Connection& c);
    [[gnu::cold]] bool put_off(Connection& c);
    void settle_put_off();
    bool claim();
    bool flush(Connection& c);
    bool connect(Connection& c);
    bool connected(Connection& c);
    bool cannot_connect(Connection& c, const char* operation, int error);
    bool watch(Connection& c, bool out);
    bool send_requests(Connection& c);
    ssize_t send_some(Connection& c);

    // In: answers and ends (answer.cc).
    void receive(Connection& c, std::uint32_t events);
    bool take(Connection& c, std::string_view data);
    bool on_answer(Connection& c, std::size_t left_over);
    void on_end_of_input(Connection& c);
    void lost(Connection& c, const char* operation, int error);
    bool is_good(Connection& c);

    // How requests end (outcome.cc): the first on the connection, or all of them.
    void good(Connection& c);
    void bad(Connection& c, Failure kind, const char* why, unsigned status = 0);
    void failed(Connection& c, Failure kind, const char* operation, int error);
    void all_failed(Connection& c, Failure kind, const char* operation, int error);
    void surplus(Connection& c, std::string_view data);
    void over(Connection& c);
    void drop(Connection& c);
    void close_socket(Connection& c);

    Run& run_;
    const Target& target_;
    const bool keep_alive_;
    const bool paced_; // a rate was given
    const unsigned index_;
    HeadMemo memo_;
    Tally tally_;
    std::vector<Connection> connections_;
    std::vector<Flight> flights_; // the connections' rings
    std::vector<char> buffer_;
    std::vector<iovec> pieces_; // of one send
    // With a rate: places for requests, in the order in which they became free.
    std::vector<Connection*> free_;
    // Connections that are to be settled now, and those that are put off to the next round.
    std::vector<Connection*> to_serve_, put_off_;
    std::size_t free_first_ = 0, free_count_ = 0;
    bool late_ = false; // the first look after the deadline has been taken
    unsigned failed_turns_ = 0;
    Schedule schedule_;
    std::uint64_t now_ = 0;           // the last reading of the clock
    std::uint64_t stop_ = 0;          // this phase's deadline; without one, never
    std::uint64_t claimed_ = 0;       // requests of the current batch still to begin
    std::uint64_t finished_ = 0;      // finished and not yet reported to run_
    std::uint64_t failures_told_ = 0; // of this phase, reported to run_
    std::uint64_t in_flight_ = 0;     // begun and not over
    ktcp::tools::TickingEpoll epoll_;
};

} // namespace htstress
