// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/range.hh"
#include "text.hh"

#include <gmock/gmock.h>

#include <optional>
#include <random>
#include <vector>

namespace ktcp::http {

static void PrintTo(const ByteRange& range, std::ostream* out) {
    *out << "[" << range.begin << ", " << range.end << ")";
}

namespace {

using testing::ElementsAre;
using Ranges = std::vector<ByteRange>;

struct Parsed {
    RangeOutcome outcome;
    Ranges ranges;
};

Parsed parse(std::string_view value, uint64_t size = 10000, unsigned capacity = 32) {
    Ranges ranges(capacity); // so that a sanitizer sees a write behind it
    unsigned count = 77;
    const RangeOutcome outcome =
        parse_ranges(test::bytes(value), size, ranges.data(), capacity, count);
    EXPECT_LE(count, capacity);
    EXPECT_EQ(count > 0, outcome == RangeOutcome::partial) << value;
    ranges.resize(count);
    return {outcome, ranges};
}
Ranges ranges_in(std::string_view value, uint64_t size = 10000) {
    return parse(value, size).ranges;
}
RangeOutcome outcome_of(std::string_view value, uint64_t size = 10000, unsigned capacity = 32) {
    return parse(value, size, capacity).outcome;
}

// RFC 9110 section 14.1.2 has these for a representation of 10000 bytes.
TEST(Range, TheExamplesOfRfc9110) {
    EXPECT_THAT(ranges_in("bytes=0-499"), ElementsAre(ByteRange{0, 500}));
    EXPECT_THAT(ranges_in("bytes=500-999"), ElementsAre(ByteRange{500, 1000}));
    EXPECT_THAT(ranges_in("bytes=-500"), ElementsAre(ByteRange{9500, 10000}));
    EXPECT_THAT(ranges_in("bytes=9500-"), ElementsAre(ByteRange{9500, 10000}));
    EXPECT_THAT(ranges_in("bytes=0-0,-1"), ElementsAre(ByteRange{0, 1}, ByteRange{9999, 10000}));
    EXPECT_THAT(ranges_in("bytes= 0-0, -2"), ElementsAre(ByteRange{0, 1}, ByteRange{9998, 10000}));
    EXPECT_THAT(ranges_in("bytes=500-600,601-999"), ElementsAre(ByteRange{500, 1000}));
    EXPECT_THAT(ranges_in("bytes=500-700,601-999"), ElementsAre(ByteRange{500, 1000}));
}

TEST(Range, EndsWithTheRepresentation) {
    EXPECT_THAT(ranges_in("bytes=0-"), ElementsAre(ByteRange{0, 10000}));
    EXPECT_THAT(ranges_in("bytes=9999-10000"), ElementsAre(ByteRange{9999, 10000}));
    EXPECT_THAT(ranges_in("bytes=0-99999999999999999999999999"), ElementsAre(ByteRange{0, 10000}));
    EXPECT_THAT(ranges_in("bytes=0-18446744073709551615"), ElementsAre(ByteRange{0, 10000}));
    EXPECT_THAT(ranges_in("bytes=-99999999999999999999999999"), ElementsAre(ByteRange{0, 10000}));
    EXPECT_THAT(ranges_in("bytes=-10000"), ElementsAre(ByteRange{0, 10000}));
    EXPECT_THAT(ranges_in("bytes=-9999"), ElementsAre(ByteRange{1, 10000}));
    EXPECT_THAT(ranges_in("bytes=0-18446744073709551615", UINT64_MAX),
                ElementsAre(ByteRange{0, UINT64_MAX}));
}

TEST(Range, UnsatisfiableOnesAreDropped) {
    EXPECT_THAT(ranges_in("bytes=10000-,5-6,-0"), ElementsAre(ByteRange{5, 7}));
    EXPECT_EQ(outcome_of("bytes=10000-"), RangeOutcome::unsatisfiable);
    EXPECT_EQ(outcome_of("bytes=10000-10000"), RangeOutcome::unsatisfiable);
    EXPECT_EQ(outcome_of("bytes=-0"), RangeOutcome::unsatisfiable);
    EXPECT_EQ(outcome_of("bytes=20000-30000,-0,99999999999999999999999999-"),
              RangeOutcome::unsatisfiable);
    EXPECT_EQ(outcome_of("bytes=99999999999999999998-99999999999999999999"),
              RangeOutcome::unsatisfiable);
}

TEST(Range, OfAnEmptyRepresentation) {
    EXPECT_EQ(outcome_of("bytes=0-", 0), RangeOutcome::unsatisfiable);
    EXPECT_EQ(outcome_of("bytes=0-0", 0), RangeOutcome::unsatisfiable);
    EXPECT_EQ(outcome_of("bytes=-0", 0), RangeOutcome::unsatisfiable);
    // Satisfiable, by section 14.1.1, but no Content-Range can say so.
    EXPECT_EQ(outcome_of("bytes=-1", 0), RangeOutcome::whole);
}

TEST(Range, OtherUnitsAndWhatIsMalformedAreIgnored) {
    for (const char* value : {"",
                              "bytes",
                              "bytes=",
                              "bytes=,",
                              "bytes =0-1",
                              "bytes0-1",
                              "lines=0-1",
                              "none=0-1",
                              "bytes=0",
                              "bytes=a-b",
                              "bytes=0-b",
                              "bytes=1-0",
                              "bytes=--1",
                              "bytes=-",
                              "bytes=0--1",
                              "bytes=0-1-2",
                              "bytes=0 - 1",
                              "bytes=0- 1",
                              "bytes=- 1",
                              "bytes=+0-1",
                              "bytes=0-1;x",
                              "bytes=0-1 2-3",
                              "bytes=0-1,junk",
                              "bytes=junk,0-1",
                              "bytes=0x0-0x1",
                              "bytes=0-1,5-4",
                              "bytes=20000-10000",
                              "0-1",
                              "bytes=bytes=0-1",
                              "bytes=-1-"})
        EXPECT_EQ(outcome_of(value), RangeOutcome::whole) << value;
}

TEST(Range, TheUnitIsCaseInsensitiveAndListsMayHaveEmptyMembers) {
    EXPECT_THAT(ranges_in("BYTES=0-1"), ElementsAre(ByteRange{0, 2}));
    EXPECT_THAT(ranges_in("Bytes=,,0-1 ,\t, 5-6,"), ElementsAre(ByteRange{0, 2}, ByteRange{5, 7}));
}

TEST(Range, TheOrderIsTheClients) {
    EXPECT_THAT(ranges_in("bytes=500-599,0-9,-5"),
                ElementsAre(ByteRange{500, 600}, ByteRange{0, 10}, ByteRange{9995, 10000}));
}

TEST(Range, WhatOverlapsOrTouchesBecomesOne) {
    EXPECT_THAT(ranges_in("bytes=0-9,10-19"), ElementsAre(ByteRange{0, 20}));
    EXPECT_THAT(ranges_in("bytes=10-19,0-9"), ElementsAre(ByteRange{0, 20}));
    EXPECT_THAT(ranges_in("bytes=0-9,11-19"), ElementsAre(ByteRange{0, 10}, ByteRange{11, 20}));
    EXPECT_THAT(ranges_in("bytes=0-9,20-29,40-49,5-44"), ElementsAre(ByteRange{0, 50}));
    EXPECT_THAT(ranges_in("bytes=90-99,0-9,20-29,10-19"),
                ElementsAre(ByteRange{90, 100}, ByteRange{0, 30}));
    EXPECT_THAT(ranges_in("bytes=0-,0-,0-,0-,0-"), ElementsAre(ByteRange{0, 10000}));
}

TEST(Range, MoreThanTheCapacityAreIgnored) {
    EXPECT_EQ(outcome_of("bytes=0-0,2-2", 10000, 2), RangeOutcome::partial);
    EXPECT_EQ(outcome_of("bytes=0-0,2-2,4-4", 10000, 2), RangeOutcome::whole);
    EXPECT_EQ(outcome_of("bytes=0-,0-,0-", 10000, 2), RangeOutcome::whole);
    EXPECT_EQ(outcome_of("bytes=20000-,20000-,20000-", 10000, 2), RangeOutcome::whole);
    EXPECT_EQ(outcome_of("bytes=0-0", 10000, 0), RangeOutcome::whole);
    EXPECT_EQ(outcome_of("bytes=0-0", 10000, 1), RangeOutcome::partial);
}

// Against a set of bytes: the same bytes in all, each once, and none that touch.
TEST(Range, ManyRandomOnesAreTheBytesThatWereAskedFor) {
    std::mt19937 random(4);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    for (int round = 0; round < 5000; round++) {
        const unsigned size = 1 + below(60), count = 1 + below(12);
        std::string value = "bytes=";
        std::vector<bool> wanted(size), got(size);
        for (unsigned i = 0; i < count; i++) {
            const unsigned begin = below(size), last = begin + below(i % 2 ? 4 : 30);
            value += std::to_string(begin) + "-" + std::to_string(last) + ",";
            for (unsigned at = begin; at <= last && at < size; at++)
                wanted[at] = true;
        }
        const Ranges ranges = ranges_in(value, size);
        for (const ByteRange& range : ranges) {
            ASSERT_LT(range.begin, range.end);
            for (uint64_t at = range.begin; at < range.end; at++) {
                ASSERT_FALSE(got.at(at)) << value;
                got[at] = true;
            }
            ASSERT_FALSE(range.begin > 0 && got[range.begin - 1]) << value;
            ASSERT_FALSE(range.end < size && got[range.end]) << value;
        }
        ASSERT_EQ(got, wanted) << value;
    }
}

} // namespace
} // namespace ktcp::http
