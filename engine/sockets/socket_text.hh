// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One socket as netstat and ss write it: ADDRESS[%SCOPE]:PORT.
#pragma once

#include "base/bytes.hh"
#include "ktcp/socket_pairs.h"

namespace ktcp::sockets {

// Splits `token`; the parts are views of it. What is wrong, in words, or null. The
// address itself is for the host to read: kernels have a function for that.
[[nodiscard]] const char* split_socket(Bytes token, ktcp_socket_text& socket);

} // namespace ktcp::sockets
