// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/socket.h>

namespace bench {

// The command line, checked. Read-only once the threads run.
struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 12345;
    int family = AF_UNSPEC;
    unsigned threads = 1000;
    std::size_t size = 16; // bytes of a message
    bool unique = false;   // another message in each thread and round
    double timeout = 10;   // seconds to connect, and seconds for one echo
    std::string json_path; // "-": standard output

    // A connection per thread and round.
    unsigned rounds = 10;
    std::string output = "bench.txt";

    // Persistent connections.
    bool persistent = false;
    bool reconnect =
        false; // not persistent after all: a connection per round trip, by the same loop
    unsigned connections = 1; // per thread
    std::uint64_t number = 0; // of round trips in the measured window; 0: see `duration`
    double duration = 0;      // seconds; 0: no limit
    std::uint64_t warmup = 0; // round trips before the measured window
    bool marker = false;
};

// Fills `options`; when it returns false the process should end with `exit_code` (help was asked
// for, or the message about what is wrong has been printed).
[[nodiscard]] bool parse_options(int argc, const char* const* argv, Options& options,
                                 int& exit_code);

} // namespace bench
