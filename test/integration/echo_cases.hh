// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What every echo server must do, whatever its model.
#pragma once

#include <cstddef>

#include "integration/exchange.hh"

namespace ktcp::test {

struct EchoSettings {
    Endpoint server;
    Patience patience{10000}; // how long nothing may come
    unsigned clients = 1000;  // of a crowd
    unsigned at_once = 0;     // how many clients the server serves at a time; 0: any number
    size_t bytes = 64 << 20;  // of the longest payload
    const Noise* noise = nullptr;

    bool serves(unsigned count) const { return at_once == 0 || at_once >= count; }
};

// run() throws std::runtime_error that says what is wrong.
struct EchoCase {
    const char* name;
    const char* what;
    unsigned at_once; // clients that it needs served at a time; with fewer it is left out
    void (*run)(const EchoSettings&);
};

// One connection: all kinds of bytes, sizes and pieces.
extern const EchoCase echo_byte_cases[];
extern const size_t echo_byte_case_count;
// How connections end: half-closed, reset, urgently.
extern const EchoCase echo_end_cases[];
extern const size_t echo_end_case_count;
// Many clients, and those that do not read.
extern const EchoCase echo_crowd_cases[];
extern const size_t echo_crowd_case_count;

// All of the payload over a connection of its own, half-closed at the end.
void echo(const EchoSettings& settings, std::string_view payload, size_t piece = 256 * 1024);
// A connection that can be used again and again.
Exchange open_exchange(const EchoSettings& settings, int receive_buffer = 0);
// The payload and nothing else over such a connection.
void echo_over(const EchoSettings& settings, Exchange& exchange, std::string_view payload);
// FIN, and the server's in return, without another byte.
void end_exchange(const EchoSettings& settings, Exchange& exchange);

} // namespace ktcp::test
