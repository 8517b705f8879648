// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

#include <sys/socket.h>

namespace htstress {

// The command line, checked. Read-only once the threads run.
struct Options {
    std::string url;
    std::uint64_t number = 0; // of requests in the measured window; 0: without end
    unsigned concurrency = 1; // connections per thread
    unsigned threads = 1;
    std::string unix_path;
    std::string host_field;
    std::string json_path;
    std::uint64_t warmup = 0; // requests before the measured window
    double duration = 0;      // seconds; 0: no limit
    double timeout = 30;      // seconds for one request, connecting included
    int family = AF_UNSPEC;
    bool keep_alive = false;
    bool debug = false;
    bool marker = false;
};

// Fills `options`; when it returns false the process should end with `exit_code` (help was asked
// for, or the message about what is wrong has been printed).
[[nodiscard]] bool parse_options(int argc, char** argv, Options& options, int& exit_code);

} // namespace htstress
