// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A protocol for tests of the host: a client sends names, each ended by a newline,
// and gets the file between "<" and ">\n", the entries of the directory, a line each,
// between "[" and "]\n" ("!\n" if reading them failed), or the status as a digit.
#pragma once

#include "ktcp/protocol.h"

#include <atomic>

namespace ktcp::user::testing {

// The config of a session; what the test wants, and what the host did.
struct FileProtocolRecord {
    ktcp_time patience = KTCP_NEVER;        // after each step, from then
    ktcp_verdict when_expired = KTCP_ABORT; // or KTCP_SHUTDOWN, KTCP_CLOSE
    bool without_buffer = false;            // receive_space() fails
    bool without_back = false;              // no ">\n" after a file that is not empty
    // By any thread, if it serves in several.
    std::atomic<unsigned> opened = 0, closed = 0, expired = 0, drained = 0, failed = 0, ended = 0;
};

extern const ktcp_protocol file_protocol;

} // namespace ktcp::user::testing
