// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What Range asks for is what is sent: no byte more, none twice, and of several parts
// exactly the announced length.
#include "http/range.hh"
#include "http/multipart.hh"
#include "require.hh"
#include "text.hh"

#include <algorithm>
#include <memory>
#include <vector>

using namespace ktcp;
using namespace ktcp::http;
using fuzz::check;

namespace {

// 1*DIGIT; what no 64 bits hold is as good as the largest that they do.
bool read_number(const std::string& digits, uint64_t& value) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos)
        return false;
    const size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    const std::string plain = digits.substr(first);
    const std::string most = std::to_string(UINT64_MAX);
    const bool fits = plain.size() < most.size() || (plain.size() == most.size() && plain <= most);
    value = fits ? std::stoull(plain) : UINT64_MAX;
    return true;
}

// RFC 9110 section 14.1.2, read plainly: the ranges that can be satisfied, in order;
// false if the field is to be ignored.
bool expected_ranges(const std::string& value, uint64_t size, unsigned capacity,
                     std::vector<ByteRange>& ranges) {
    const size_t equals = value.find('=');
    std::string unit = value.substr(0, equals);
    std::transform(unit.begin(), unit.end(), unit.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
    if (equals == value.npos || unit != "bytes")
        return false;
    unsigned specs = 0;
    for (size_t at = equals + 1; at <= value.size();) {
        const size_t comma = std::min(value.find(',', at), value.size());
        std::string spec = value.substr(at, comma - at);
        at = comma + 1;
        const size_t first = spec.find_first_not_of(" \t");
        if (first == spec.npos)
            continue;
        spec = spec.substr(first, spec.find_last_not_of(" \t") + 1 - first);
        const size_t dash = spec.find('-');
        if (++specs > capacity || dash == spec.npos)
            return false;
        const std::string from = spec.substr(0, dash), to = spec.substr(dash + 1);
        uint64_t begin = 0, last = UINT64_MAX, suffix = 0;
        if (from.empty()) {
            if (!read_number(to, suffix))
                return false;
            if (suffix != 0 && size == 0)
                return false; // there is no Content-Range for the end of nothing
            if (suffix != 0)
                ranges.push_back({suffix < size ? size - suffix : 0, size});
        } else {
            if (!read_number(from, begin) || (!to.empty() && !read_number(to, last)) ||
                last < begin)
                return false;
            if (begin < size)
                ranges.push_back({begin, last < size ? last + 1 : size});
        }
    }
    return specs != 0;
}

void check_multipart(const ByteRange* ranges, unsigned count, uint64_t size) {
    constexpr size_t part_max = Multipart::part_head_max + sizeof "text/plain";
    const Multipart multipart(size, test::bytes("text/plain"), size);
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += ranges[i].size() +
               test::written([&](Writer& out) { multipart.put_part_head(out, ranges[i], i == 0); },
                             part_max)
                   .size();
    sum += test::written([&](Writer& out) { multipart.put_end(out); }, Multipart::end_size).size();
    check(sum == multipart.content_length(ranges, count), "the length of a multipart");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 3)
        return 0;
    constexpr unsigned most = 200;
    const unsigned capacity = data[0] % (most + 1);
    // Mostly small, as the interesting numbers are those around the size.
    const uint64_t file = data[1] < 128 ? data[2] : (uint64_t{1} << (data[1] % 64)) - data[2] % 2;
    const std::string value(reinterpret_cast<const char*>(data) + 3, size - 3);

    std::vector<ByteRange> wanted;
    const bool heeded = expected_ranges(value, file, capacity, wanted);
    const auto ranges = std::make_unique<ByteRange[]>(capacity);
    unsigned count = 0;
    const RangeOutcome outcome =
        parse_ranges(test::bytes(value), file, ranges.get(), capacity, count);
    check(outcome == (!heeded          ? RangeOutcome::whole
                      : wanted.empty() ? RangeOutcome::unsatisfiable
                                       : RangeOutcome::partial),
          "outcome", value);
    if (outcome != RangeOutcome::partial)
        return 0;

    check(count > 0 && count <= wanted.size(), "number of ranges", value);
    std::vector<ByteRange> sorted(ranges.get(), ranges.get() + count);
    std::sort(sorted.begin(), sorted.end(),
              [](ByteRange a, ByteRange b) { return a.begin < b.begin; });
    for (unsigned i = 0; i < count; i++) {
        check(sorted[i].begin < sorted[i].end && sorted[i].end <= file, "a range", value);
        check(i == 0 || sorted[i - 1].end < sorted[i].begin, "ranges that touch", value);
    }
    // Each that was asked for lies in one that is sent, and nothing else is sent.
    for (ByteRange range : wanted)
        check(std::any_of(sorted.begin(), sorted.end(),
                          [&](ByteRange sent) {
                              return sent.begin <= range.begin && range.end <= sent.end;
                          }),
              "bytes that were asked for", value);
    std::sort(wanted.begin(), wanted.end(),
              [](ByteRange a, ByteRange b) { return a.begin < b.begin; });
    uint64_t covered = 0, end = 0, sent = 0;
    for (ByteRange range : wanted) {
        const uint64_t begin = std::max(range.begin, end);
        covered += range.end > begin ? range.end - begin : 0;
        end = std::max(end, range.end);
    }
    for (ByteRange range : sorted)
        sent += range.size();
    check(sent == covered, "bytes that were not asked for", value);
    check_multipart(ranges.get(), count, file);
    return 0;
}
