// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The field lines of a connection's last request, and what they were found to say: most
// clients send the same ones with each request, and comparing costs a small part of
// reading.
#pragma once

#include "base/scan.hh"
#include "http/request.hh"

namespace ktcp::http {

// Only of requests without content, whose head is then all that there is to judge. What
// is compared are all bytes behind the request line, the empty line included: so the head
// ends where the remembered one did, and says the same.
class FieldMemory {
public:
    static constexpr size_t capacity = 480; // bytes: more than programs send, and most browsers

    // May so many bytes be remembered? Fewer than eight are no field line.
    static constexpr bool fits(size_t size) { return size >= 8 && size <= capacity; }

    // Do the remembered lines lie at `at`, before `end`?
    bool repeats(const char* at, const char* end) const {
        return size_ != 0 && static_cast<size_t>(end - at) >= size_ && equal(at);
    }
    size_t size() const { return size_; }

    // What they say, if they lie at `at`, and the request is of that minor version. The
    // request line's part is left alone. False: of that version they say something else.
    bool recall(const char* at, Request& request) const {
        if (request.minor_version != request_.minor_version)
            return false;
        const Request line = request;
        request = request_;
        request.target = line.target;
        request.method = line.method;
        request.host = Bytes(at + host_, request_.host.size);
        return true;
    }

    // Remembers [at, end), which are a good request's.
    void store(const char* at, const char* end, const Request& request) {
        const size_t size = static_cast<size_t>(end - at);
        size_ = 0;
        if (!fits(size))
            return;
        __builtin_memcpy(text_, at, size);
        size_ = static_cast<uint16_t>(size);
        request_ = request;
        host_ = request.has_host ? static_cast<uint16_t>(request.host.data - at) : 0;
    }
    void forget() { size_ = 0; }

private:
    // Of at least eight bytes; the last eight are compared once more than the others.
    bool equal(const char* at) const {
        const size_t last = size_ - 8u;
        for (size_t i = 0; i < last; i += 8)
            if (scan::load(at + i) != scan::load(text_ + i))
                return false;
        return scan::load(at + last) == scan::load(text_ + last);
    }

    Request request_;
    uint16_t size_ = 0; // 0: nothing is remembered
    uint16_t host_ = 0; // where in the text its value begins
    char text_[capacity];
};

} // namespace ktcp::http
