// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "echo/session.hh"

#include "ktcp/os.h"

namespace ktcp::echo {

// The verdict follows from two facts: does anything wait, and may more come?
ktcp_verdict Session::next() const {
    if (empty())
        return ended_ ? KTCP_CLOSE : KTCP_WANT_RECEIVE;
    return ended_ || end_ == KTCP_BUFFER_SIZE ? KTCP_WANT_SEND : KTCP_WANT_BOTH;
}

ktcp_space Session::receive_space() {
    if (!buffer_)
        buffer_ = static_cast<char*>(ktcp_os_buffer_acquire(host_));
    if (!buffer_)
        return {nullptr, 0};
    return {buffer_ + end_, KTCP_BUFFER_SIZE - end_};
}

ktcp_verdict Session::received(size_t n, const ktcp_now&) {
    end_ += static_cast<uint32_t>(n);
    if (empty())
        close();
    return next();
}

ktcp_verdict Session::end_of_input(const ktcp_now&) {
    ended_ = true;
    return next();
}

unsigned Session::output(ktcp_segment* segments) const {
    segments[0] = {buffer_ + begin_, 0, end_ - begin_};
    return 1;
}

ktcp_verdict Session::sent(uint64_t n, const ktcp_now&) {
    begin_ += static_cast<uint32_t>(n);
    if (empty())
        close();
    return next();
}

void Session::close() {
    if (buffer_)
        ktcp_os_buffer_release(host_, buffer_);
    buffer_ = nullptr;
    begin_ = end_ = 0;
}

} // namespace ktcp::echo
