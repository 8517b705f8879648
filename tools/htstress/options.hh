// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace htstress {

// The command line, checked. Read-only once the threads run.
struct Options {
    std::string url;          // may be empty with urls_path
    std::string urls_path;    // a file of URLs or paths with weights
    std::uint64_t number = 0; // of requests in the measured window; 0: without end
    unsigned concurrency = 1; // connections per thread
    unsigned threads = 1;
    unsigned pipeline = 1; // requests in flight per connection
    unsigned spread = 0;   // how many resources the URL's {} stands for; 0: it stands for itself
    std::string unix_path;
    std::string method; // empty until checked: GET, or POST with a body
    std::string body;   // of each request
    bool has_body = false;
    std::string host_field;
    std::vector<std::string> fields;       // more header fields, each "Name: value"
    std::string ranges;                    // of bytes, as in the Range field; empty: none
    std::optional<std::uint64_t> length;   // that each body must have
    std::optional<std::uint32_t> checksum; // CRC-32 that each body must have
    bool verify = false;                   // each body must be as the first one
    std::string json_path;                 // files for results; empty: not asked for
    std::string csv_path;
    std::string csv_seconds_path;
    std::string svg_path;
    std::uint64_t warmup = 0;   // requests before the measured window
    double warmup_seconds = 0;  // or for how long
    double duration = 0;        // seconds; 0: no limit
    double rate = 0;            // requests per second of all threads; 0: as they are answered
    double connect_timeout = 0; // seconds
    double timeout = 30;        // seconds for an answer, from the request or the connection on
    int family = AF_UNSPEC;
    bool keep_alive = false;
    bool debug = false;
    bool marker = false;
    bool plot = false;
};

// Fills `options`; when it returns false the process should end with `exit_code` (help was asked
// for, or the message about what is wrong has been printed).
[[nodiscard]] bool parse_options(int argc, char** argv, Options& options, int& exit_code);

// Completes what follows from the rest, and returns what does not fit together or cannot be sent,
// or an empty string.
[[nodiscard]] std::string check_options(Options& options);

} // namespace htstress
