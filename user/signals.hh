// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// How a server is told to stop.
#pragma once

#include "server.hh"

#include <functional>

namespace ktcp::user {

// To be called before any thread starts: signals are then taken by
// serve_until_signalled() alone, and a peer that has gone away is an error code of
// the call that met it (no SIGPIPE).
void block_signals();

// Starts the server, calls `started` if that went well, and waits. SIGTERM or SIGINT: drain; a
// second one: abort. SIGUSR1 prints the counters. Returns the program's exit status: 0 if it was
// drained, even if some sessions had to be cut off at the drain time-out; 1 if it was aborted.
int serve_until_signalled(Server& server, const char* program,
                          const std::function<void()>& started);

} // namespace ktcp::user
