// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A server model: how one thread waits for its sockets, and when it drives which
// connection. One file a model; connection.hh is the same under all of them.
#pragma once

#include "posix_files.hh"
#include "worker.hh"

#include <memory>
#include <vector>

namespace ktcp::user {

// run() in a thread of its own. The worker is the loop's, and outlives it.
class Loop {
public:
    virtual ~Loop() = default;
    // Serves until the orders of the worker's service end it (orders.hh). True if every
    // session ended by itself.
    virtual bool run() noexcept = 0;
};

} // namespace ktcp::user
