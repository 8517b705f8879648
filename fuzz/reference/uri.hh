// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The parts of RFC 3986 that name a host. A reading for comparison only: plain,
// slow, and with nothing from engine/.
#pragma once

#include <string>
#include <string_view>

namespace ktcp::reference {

// Host = uri-host [ ":" port ] (RFC 9110 section 7.2): may be empty.
bool is_host_field(std::string_view text);

// The authority of an http URI: the same, with a host that is not empty (RFC 9110
// section 4.2.1).
bool is_http_authority(std::string_view text);

// pct-encoded = "%" HEXDIG HEXDIG (RFC 3986 section 2.1), at text[at].
bool is_pct_encoded(std::string_view text, size_t at);

} // namespace ktcp::reference
