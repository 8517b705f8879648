// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <chrono>

#include "integration/rude_phases.hh"

namespace ktcp::test {

// Keeps clients of several kinds in the middle of things, says so on standard output
// with one line "holding N clients", and goes on until the server has ended all of
// them, or the time is over. Returns how many were not ended.
unsigned hold_clients(const RudeSettings& settings, std::chrono::seconds most);

} // namespace ktcp::test
