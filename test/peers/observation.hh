// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a server of any make did with a conformance case.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/conformance_case.hh"
#include "support/document_tree.hh"
#include "support/endpoint.hh"

namespace ktcp::test {

struct Observation {
    // kept: one more request was answered as it should be. confused: it was answered, but
    // otherwise. closed: FIN or RST. silent: neither within the time given.
    enum class End { kept, confused, closed, silent };

    std::vector<std::string> statuses; // or "raw": bytes that are no HTTP/1.x response
    End end = End::silent;
    std::vector<std::string> faults; // names of what a case asks for and was otherwise
    std::vector<std::string> remarks;

    // As one line: "200x2 404 kept !Content-Type".
    std::string outcome() const;
};

// `patience`: how long a response, or an end that must come, may take.
Observation observe(const Case& one, const DocumentTree& tree, const Endpoint& server,
                    std::chrono::seconds patience);

} // namespace ktcp::test
