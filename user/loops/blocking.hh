// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One connection served for its whole life, as in all models in which a thread or a
// process does nothing else in the meantime.
#pragma once

#include "loops/front_door.hh"
#include "worker.hh"

namespace ktcp::user {

// From the first byte to the last; waits wherever the session has to. Takes over the
// client. False if the connection had to be cut off, because the
// server aborts, or could wait no longer for it to end.
bool serve_connection(Worker& worker, Client client) noexcept;

// One after another, until an order comes. False if one had to be cut off.
bool serve_in_turn(Worker& worker, FrontDoor& door) noexcept;

} // namespace ktcp::user
