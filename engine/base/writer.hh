// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Appends to a span of fixed size. What does not fit is dropped and remembered:
// the caller asks overflowed() once, at the end, instead of after every piece.
#pragma once

#include "base/bytes.hh"

namespace ktcp {

class Writer {
public:
    Writer(char* begin, char* end) : begin_(begin), at_(begin), end_(end) {}

    void put(Bytes bytes) {
        if (bytes.size > room()) {
            overflowed_ = true;
            return;
        }
        __builtin_memcpy(at_, bytes.data, bytes.size);
        at_ += bytes.size;
    }

    void put(char c) {
        if (at_ == end_)
            overflowed_ = true;
        else
            *at_++ = c;
    }

    void put_decimal(uint64_t value) {
        char digits[20];
        char* p = digits + sizeof digits;
        do {
            *--p = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value);
        put(Bytes(p, digits + sizeof digits));
    }

    // Exactly `width` digits, zero-padded: dates.
    void put_padded(unsigned value, unsigned width) {
        char digits[10];
        for (unsigned i = width; i-- > 0; value /= 10)
            digits[i] = static_cast<char>('0' + value % 10);
        put(Bytes(digits, width));
    }

    // Takes n bytes that the caller will fill in; null if they do not fit.
    char* reserve(size_t n) {
        if (n > room()) {
            overflowed_ = true;
            return nullptr;
        }
        at_ += n;
        return at_ - n;
    }

    size_t size() const { return static_cast<size_t>(at_ - begin_); }
    size_t room() const { return static_cast<size_t>(end_ - at_); }
    bool overflowed() const { return overflowed_; }

private:
    char* begin_;
    char* at_;
    char* end_;
    bool overflowed_ = false;
};

} // namespace ktcp
