// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Proactive content negotiation, RFC 9110 sections 12.1 and 12.5.
#pragma once

#include "http/head_fields.hh"
#include "ktcp/protocol.h"

namespace ktcp::http {

// The content codings that the client takes by its Accept-Encoding (section 12.5.3),
// those that it likes best first, and of several that it likes alike the densest
// first. KTCP_CODING_END fills the rest; with nothing before it, no coding will do
// (406). A client that says nothing gets identity: it may know no other.
void accepted_codings(const HeadFields& fields, uint8_t (&codings)[8]);

// Would the client, by its Accept (section 12.5.1), rather have application/json than
// text/html? If it likes both alike: no.
bool prefers_json(const HeadFields& fields);

} // namespace ktcp::http
