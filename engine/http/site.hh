// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Which of a server's roots a request is for, by the host that it names: RFC 9110
// sections 4.2.2 (names of origins), 7.2 (Host) and 7.4 (misdirected requests).
#pragma once

#include "base/bytes.hh"
#include "ktcp/http.h"

namespace ktcp::http {

// A host name without its port and without the dot of a fully qualified one.
// `authority` is one that is_authority() has accepted.
Bytes host_of(Bytes authority);

// The root of the site that `host` names: the site of that very name, else the one
// with the longest "*.domain" above it, else the default root. False: there is none
// for it. Names are compared without regard to case.
[[nodiscard]] bool find_root(const ktcp_http_config& config, Bytes host, uint32_t& root);

} // namespace ktcp::http
