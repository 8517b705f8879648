// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a case says about a response's body.
#pragma once

#include <string>

#include "support/conformance_case.hh"
#include "support/document_tree.hh"
#include "support/http_response.hh"

namespace ktcp::test {

// What is wrong with the body; empty if nothing is.
std::string body_fault(const BodyRule& rule, const Response& got, const DocumentTree& tree);

bool is_listing(BodyRule::Kind kind);

} // namespace ktcp::test
