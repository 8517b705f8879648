// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The table through which hosts drive echo::Session.
#include "base/protocol_table.hh"
#include "echo/session.hh"

extern "C" constexpr ktcp_protocol ktcp_echo_protocol =
    ktcp::ProtocolTable<ktcp::echo::Session>::make("echo");
