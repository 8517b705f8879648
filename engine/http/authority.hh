// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Who a request is for: Host = uri-host [ ":" port ], RFC 9110 section 7.2.
#pragma once

#include "base/ascii.hh"

namespace ktcp::http {

// Reads an IPv6 address, RFC 3986 section 3.2.2: eight groups of up to four
// hexadecimal digits, of which one "::" stands for one or more that are zero; the
// last two may be written as an IPv4 address.
class Ipv6Reader {
public:
    static constexpr bool is_address(Bytes text) {
        Ipv6Reader reader(text);
        return reader.read() && reader.at_ == reader.end_;
    }

private:
    explicit constexpr Ipv6Reader(Bytes text) : at_(text.begin()), end_(text.end()) {}

    constexpr bool read() {
        unsigned groups = 0;
        bool gap = take_gap();
        while (at_ != end_) {
            const char* const group = at_;
            if (!take_group())
                return false;
            if (at_ != end_ && *at_ == '.') {
                at_ = group;
                groups += 2;
                return take_ipv4() && at_ == end_ && complete(groups, gap);
            }
            groups++;
            if (at_ == end_)
                break;
            if (take_gap()) {
                if (gap)
                    return false;
                gap = true;
            } else if (*at_++ != ':' || at_ == end_) {
                return false;
            }
        }
        return complete(groups, gap);
    }

    static constexpr bool complete(unsigned groups, bool gap) {
        return gap ? groups <= 7 : groups == 8;
    }

    constexpr bool take_gap() {
        if (end_ - at_ < 2 || at_[0] != ':' || at_[1] != ':')
            return false;
        at_ += 2;
        return true;
    }

    constexpr bool take_group() {
        const char* const group = at_;
        while (at_ != end_ && at_ - group < 4 && ascii::hex_value(*at_) >= 0)
            at_++;
        return at_ != group;
    }

    // Four numbers up to 255 without leading zeros.
    constexpr bool take_ipv4() {
        for (int i = 0; i < 4; i++) {
            if (i != 0 && (at_ == end_ || *at_++ != '.'))
                return false;
            const char* const number = at_;
            unsigned value = 0;
            while (at_ != end_ && at_ - number < 3 && ascii::is_digit(*at_))
                value = value * 10 + static_cast<unsigned>(*at_++ - '0');
            if (at_ == number || value > 255 || (at_ - number > 1 && *number == '0'))
                return false;
        }
        return true;
    }

    const char* at_;
    const char* const end_;
};

// IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
constexpr bool is_future_address(Bytes text) {
    if (text.size < 4 || ascii::lower(text[0]) != 'v')
        return false;
    size_t i = 1;
    while (i < text.size && ascii::hex_value(text[i]) >= 0)
        i++;
    return i > 1 && i + 1 < text.size && text[i] == '.' &&
           ascii::all(text.from(i + 1), ascii::ip_literal);
}

// host is an IP literal in brackets, or a registered name or IPv4 address, and may
// be empty; port is digits, and may be empty too (RFC 3986 section 3.2). There is
// no user name, as "@" is in neither (RFC 9110 section 4.2.4).
constexpr bool is_authority(Bytes text) {
    const char* p = text.begin();
    const char* const end = text.end();
    if (p != end && *p == '[') {
        p++;
        const char* const address = p;
        while (p != end && *p != ']')
            p++;
        const Bytes literal(address, p);
        if (p == end || !(Ipv6Reader::is_address(literal) || is_future_address(literal)))
            return false;
        p++;
    } else {
        for (; p != end && ascii::is(*p, ascii::reg_name); p++)
            if (*p == '%' &&
                (end - p < 3 || ascii::hex_value(p[1]) < 0 || ascii::hex_value(p[2]) < 0))
                return false;
    }
    if (p == end)
        return true;
    if (*p != ':')
        return false;
    for (p++; p != end; p++)
        if (!ascii::is_digit(*p))
            return false;
    return true;
}

} // namespace ktcp::http
