// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/multipart.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <set>

namespace ktcp::http {
namespace {

// The whole body, with 'x' for each byte of the representation.
std::string body_of(const Multipart& multipart, const std::vector<ByteRange>& ranges) {
    std::string body;
    for (size_t i = 0; i < ranges.size(); i++) {
        body +=
            test::written([&](Writer& out) { multipart.put_part_head(out, ranges[i], i == 0); });
        body += std::string(ranges[i].size(), 'x');
    }
    return body + test::written([&](Writer& out) { multipart.put_end(out); });
}

std::string boundary_of(const Multipart& multipart) {
    const std::string type = test::written([&](Writer& out) { multipart.put_content_type(out); });
    EXPECT_EQ(type.size(), Multipart::content_type_max);
    const std::string begin = "multipart/byteranges; boundary=";
    EXPECT_EQ(type.substr(0, begin.size()), begin);
    return type.substr(begin.size());
}

TEST(Multipart, IsWrittenAsRfc9110Section14Dot6ShowsIt) {
    const Multipart multipart(1, "application/pdf"_b, 8000);
    const std::string boundary = boundary_of(multipart);
    EXPECT_EQ(body_of(multipart, {{500, 503}, {7997, 8000}}),
              "--" + boundary +
                  "\r\n"
                  "Content-Type: application/pdf\r\n"
                  "Content-Range: bytes 500-502/8000\r\n"
                  "\r\n"
                  "xxx\r\n"
                  "--" +
                  boundary +
                  "\r\n"
                  "Content-Type: application/pdf\r\n"
                  "Content-Range: bytes 7997-7999/8000\r\n"
                  "\r\n"
                  "xxx\r\n"
                  "--" +
                  boundary + "--\r\n");
}

TEST(Multipart, TheLengthIsThatOfWhatIsWritten) {
    for (uint64_t size : {9ull, 10ull, 99ull, 100ull, 101ull, 9999ull, 10000ull, 123456ull}) {
        const Multipart multipart(size, "text/plain"_b, size);
        const std::vector<std::vector<ByteRange>> lists = {
            {{0, 1}}, {{0, 1}, {size - 1, size}}, {{0, 3}, {4, 5}, {6, 9}, {size - 1, size}}};
        for (const auto& ranges : lists)
            EXPECT_EQ(multipart.content_length(ranges.data(), static_cast<unsigned>(ranges.size())),
                      body_of(multipart, ranges).size());
    }
}

TEST(Multipart, TheLengthOfTheLargestNumbersIsRight) {
    const ByteRange range = {UINT64_MAX - 2, UINT64_MAX - 1};
    const Multipart multipart(7, "a/b"_b, UINT64_MAX);
    const std::string head =
        test::written([&](Writer& out) { multipart.put_part_head(out, range, false); });
    EXPECT_EQ(head.size(), Multipart::part_head_max + 3);
    EXPECT_EQ(multipart.content_length(&range, 1), body_of(multipart, {range}).size());
}

TEST(Multipart, BoundariesDifferInAllTheirDigits) {
    std::set<std::string> all;
    std::set<char> digits[Multipart::boundary_size];
    for (uint64_t seed = 0; seed < 1000; seed++) {
        const std::string boundary = boundary_of(Multipart(seed, "a/b"_b, 1));
        ASSERT_EQ(boundary.size(), 16u);
        ASSERT_EQ(boundary.find_first_not_of("0123456789abcdef"), std::string::npos);
        all.insert(boundary);
        for (size_t i = 0; i < boundary.size(); i++)
            digits[i].insert(boundary[i]);
    }
    EXPECT_EQ(all.size(), 1000u);
    for (const auto& seen : digits)
        EXPECT_EQ(seen.size(), 16u);
}

TEST(Multipart, ContentRangeSaysAnInclusiveEnd) {
    EXPECT_EQ(test::written([](Writer& out) {
                  put_content_range(out, {0, 500}, 1234);
              }),
              "bytes 0-499/1234");
    EXPECT_EQ(test::written([](Writer& out) { put_unsatisfied_range(out, 1234); }), "bytes */1234");
}

} // namespace
} // namespace ktcp::http
