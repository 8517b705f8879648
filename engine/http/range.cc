// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/range.hh"

#include "base/ascii.hh"
#include "http/field.hh"

namespace ktcp::http {
namespace {

// Reads 1*DIGIT from `at` on, and moves behind it. A number that is too large for 64
// bits becomes the largest: no file is that long.
bool read_number(const char*& at, const char* end, uint64_t& value) {
    if (at == end || !ascii::is_digit(*at))
        return false;
    value = 0;
    for (; at != end && ascii::is_digit(*at); at++) {
        const uint64_t digit = static_cast<uint64_t>(*at - '0');
        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    return true;
}

enum class SpecOutcome : uint8_t { malformed, satisfiable, unsatisfiable };

// One range-spec, section 14.1.1: "0-499", "500-" or "-500".
SpecOutcome parse_spec(Bytes spec, uint64_t size, ByteRange& range) {
    const char* p = spec.begin();
    const char* const end = spec.end();
    uint64_t first = 0, last = UINT64_MAX;
    if (p != end && *p == '-') {
        uint64_t suffix = 0;
        if (!read_number(++p, end, suffix) || p != end)
            return SpecOutcome::malformed;
        if (suffix == 0)
            return SpecOutcome::unsatisfiable;
        range = {suffix < size ? size - suffix : 0, size};
        return SpecOutcome::satisfiable;
    }
    if (!read_number(p, end, first) || p == end || *p++ != '-')
        return SpecOutcome::malformed;
    if (p != end && (!read_number(p, end, last) || p != end || last < first))
        return SpecOutcome::malformed;
    if (first >= size)
        return SpecOutcome::unsatisfiable;
    range = {first, last < size ? last + 1 : size};
    return SpecOutcome::satisfiable;
}

// Adds a range to a list in which no two touch. The sum of those that it joins stands
// where the first of them stood.
void add_range(ByteRange added, ByteRange* ranges, unsigned& count) {
    unsigned place = count;
    for (unsigned i = 0; i < count;) {
        if (added.begin > ranges[i].end || ranges[i].begin > added.end) {
            i++;
            continue;
        }
        if (ranges[i].begin < added.begin)
            added.begin = ranges[i].begin;
        if (ranges[i].end > added.end)
            added.end = ranges[i].end;
        if (i < place)
            place = i;
        count--;
        for (unsigned j = i; j < count; j++)
            ranges[j] = ranges[j + 1];
        i = 0; // it is longer now, and may touch one that it did not
    }
    if (place > count)
        place = count;
    for (unsigned j = count; j > place; j--)
        ranges[j] = ranges[j - 1];
    ranges[place] = added;
    count++;
}

} // namespace

RangeOutcome parse_ranges(Bytes value, uint64_t size, ByteRange* ranges, unsigned capacity,
                          unsigned& count) {
    constexpr Bytes unit = "bytes="_b; // the name is case-insensitive: section 14.1
    count = 0;
    if (value.size < unit.size || !ascii::equal_ignoring_case(value.first(unit.size), unit))
        return RangeOutcome::whole;

    // The fields are checked to the end before any of them is given out.
    unsigned specs = 0;
    bool valid = true;
    for_each_list_member(value.from(unit.size), [&](Bytes spec) {
        ByteRange range = {};
        if (!valid || specs++ == capacity) {
            valid = false;
            return;
        }
        switch (parse_spec(spec, size, range)) {
        case SpecOutcome::malformed:
            valid = false;
            break;
        case SpecOutcome::satisfiable:
            if (range.begin != range.end)
                add_range(range, ranges, count);
            else
                valid = false; // the last bytes of nothing: Content-Range cannot say it
            break;
        case SpecOutcome::unsatisfiable:
            break;
        }
    });
    if (!valid || specs == 0) {
        count = 0;
        return RangeOutcome::whole;
    }
    return count ? RangeOutcome::partial : RangeOutcome::unsatisfiable;
}

} // namespace ktcp::http
