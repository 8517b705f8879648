// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Where attackers may be let loose: between namespaces of a test's own, and nowhere else.
#pragma once

#include <netinet/in.h>

#include <string>

namespace ktcp::test {

// An IPv4 address and a port of 10.0.0.0/8, seen from a network namespace that is not the
// machine's own. Throws std::runtime_error that says what to do.
sockaddr_in target_in_namespace(const std::string& server);

// "10.8.128.0" to a number; throws if it is none of 10.0.0.0/8.
in_addr_t private_address(const std::string& text);

} // namespace ktcp::test
