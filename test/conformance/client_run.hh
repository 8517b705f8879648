// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Plays a conformance case to a server over TCP.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/conformance_case.hh"
#include "support/document_tree.hh"
#include "support/endpoint.hh"

namespace ktcp::test {

// Returns what was wrong; empty if nothing was. `patience`: how long a response, or
// the end of the connection, may take.
std::vector<std::string> play_over_tcp(const Case& one, const DocumentTree& tree,
                                       const Endpoint& server, std::chrono::seconds patience);

} // namespace ktcp::test
