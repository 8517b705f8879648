// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The table through which hosts drive http::Session.
#include "base/protocol_table.hh"
#include "http/session.hh"

extern "C" constexpr ktcp_protocol ktcp_http_protocol =
    ktcp::ProtocolTable<ktcp::http::Session>::make("http");
