// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The field lines of a request head, looked at a second time by whoever needs one of
// the rarer fields: most requests have none of them, so the parser only notes which
// there are, and a session has no room for what it would seldom hold.
#pragma once

#include "base/scan.hh"
#include "http/field.hh"

namespace ktcp::http {

class HeadFields {
public:
    // `head` is one that RequestParser has taken as complete, from its first byte to
    // its last; `present` is its Request::fields. Must not outlive the head.
    constexpr HeadFields(Bytes head, uint32_t present) : head_(head), present_(present) {}

    constexpr bool has(Field field) const { return (present_ & field_bit(field)) != 0; }

    // Calls f(value) for each line of that name, in order, without the white space
    // around the value: several lines are one list (RFC 9110 section 5.3).
    template <class F> void for_each(Field field, F f) const {
        if (!has(field))
            return;
        const char* line = skip_request_line();
        for (;;) {
            const char* const end = scan::find(line, head_.end(), '\n');
            if (end - line < 2)
                return; // the empty line that ends the head
            const char* const colon = scan::find(line, end, ':');
            if (field_of(Bytes(line, colon)) == field)
                f(trim(Bytes(colon + 1, end - 1)));
            line = end + 1;
        }
    }

    // Sets `value` if there is exactly one line of that name. Of a field that is not
    // a list, several are a mistake, and none of them is to be believed.
    bool single(Field field, Bytes& value) const {
        unsigned lines = 0;
        for_each(field, [&](Bytes found) {
            value = found;
            lines++;
        });
        return lines == 1;
    }

private:
    // Empty lines may come before it (RFC 9112 section 2.2).
    const char* skip_request_line() const {
        const char* line = head_.begin();
        while (line != head_.end() && (*line == '\r' || *line == '\n'))
            line++;
        return scan::find(line, head_.end(), '\n') + 1;
    }

    Bytes head_;
    uint32_t present_;
};

} // namespace ktcp::http
