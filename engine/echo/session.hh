// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The echo protocol (RFC 862): the smallest session on the seam. Read it first.
#pragma once

#include "ktcp/echo.h"

namespace ktcp::echo {

// One connection. Bytes wait in one borrowed buffer, in [begin_, end_); while none
// wait the session holds no buffer at all. A peer that sends and does not read
// fills that one buffer, and then is not read from: TCP's window does the rest.
class Session {
public:
    using Config = void;

    Session(void* host, const Config*) : host_(host) {}

    ktcp_verdict open(const ktcp_now&) { return KTCP_WANT_RECEIVE; }
    ktcp_space receive_space();
    ktcp_verdict received(size_t n, const ktcp_now&);
    ktcp_verdict end_of_input(const ktcp_now&);
    unsigned output(ktcp_segment* segments) const;
    bool ends_after_output() const { return ended_; }
    ktcp_verdict sent(uint64_t n, const ktcp_now&);
    ktcp_time deadline() const { return KTCP_NEVER; }
    ktcp_verdict expired(uint64_t, const ktcp_now&) { return KTCP_ABORT; }
    ktcp_verdict drain(const ktcp_now& now) { return end_of_input(now); }
    void close();

private:
    bool empty() const { return begin_ == end_; }
    ktcp_verdict next() const;

    void* host_;
    char* buffer_ = nullptr;
    uint32_t begin_ = 0;
    uint32_t end_ = 0;
    bool ended_ = false; // no more input: the peer's FIN, or the host drains
};

} // namespace ktcp::echo
