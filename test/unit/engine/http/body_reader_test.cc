// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/body_reader.hh"
#include "text.hh"

#include <gtest/gtest.h>

namespace ktcp::http {
namespace {

struct Outcome {
    ParseResult result;
    size_t used;
    Status error;
    bool operator==(const Outcome&) const = default;
};

// Reads `text` whole, and byte by byte, and checks that both agree.
template <class Begin> Outcome read(std::string_view text, Begin begin) {
    BodyReader whole;
    begin(whole);
    const BodyReader::Step step = whole.read(test::bytes(text));
    const Outcome outcome{step.result, step.used, whole.error()};

    BodyReader slow;
    begin(slow);
    size_t used = 0;
    BodyReader::Step last = slow.read(Bytes());
    while (last.result == ParseResult::incomplete && used < text.size()) {
        last = slow.read(test::bytes(text.substr(used, 1)));
        used += last.used;
    }
    EXPECT_EQ((Outcome{last.result, used, slow.error()}), outcome) << text;
    return outcome;
}

Outcome chunked(std::string_view text, uint64_t limit = 1000) {
    return read(text, [=](BodyReader& body) { body.begin_chunked(limit); });
}
Outcome length(uint64_t size, std::string_view text, uint64_t limit = 1000) {
    return read(text, [=](BodyReader& body) { body.begin_length(size, limit); });
}

constexpr Outcome bad(size_t used, Status status = Status::bad_request) {
    return {ParseResult::invalid, used, status};
}
Outcome good(size_t used) { return {ParseResult::complete, used, Status::none}; }
Outcome more(size_t used) { return {ParseResult::incomplete, used, Status::none}; }

TEST(BodyReader, TakesExactlyTheLength) {
    EXPECT_EQ(length(3, "abcGET"), good(3));
    EXPECT_EQ(length(0, "GET"), good(0));
    EXPECT_EQ(length(3, "ab"), more(2));
    EXPECT_EQ(length(1001, "ab"), bad(0, Status::content_too_large));
}

TEST(BodyReader, WhiteSpaceAfterASizeIsNoExtension) {
    EXPECT_EQ(chunked("3 \t\r\nabc\r\n0\r\n\r\n"), good(15));
    EXPECT_EQ(chunked("3 ;x\r\nabc\r\n0\r\n\r\n"), good(16));
    EXPECT_EQ(chunked("3 x\r\n"), bad(2));
    EXPECT_EQ(chunked("3" + std::string(5000, ' ')), bad(4098));
}

TEST(BodyReader, ManySmallChunksAreContentLikeFewLargeOnes) {
    std::string text;
    for (int i = 0; i < 5000; i++)
        text += "1\r\nx\r\n1F\r\n0123456789012345678901234567890\r\n";
    EXPECT_EQ(chunked(text + "0\r\n\r\n", 1000000), good(text.size() + 5));
    EXPECT_EQ(chunked(std::string(5000, '0')), bad(4096));
}

TEST(BodyReader, TrailersAreFieldLines) {
    EXPECT_EQ(chunked("0\r\nA:\r\n\r\n"), good(9));
    EXPECT_EQ(chunked("0\r\nno colon\r\n\r\n"), bad(5));
    EXPECT_EQ(chunked("0\r\n folded\r\n\r\n"), bad(3));
    EXPECT_EQ(chunked("0\r\n: x\r\n\r\n"), bad(3));
    EXPECT_EQ(chunked("0\r\nname\r\n\r\n"), bad(7));
}

TEST(BodyReader, TakesChunksAndTrailers) {
    EXPECT_EQ(chunked("3\r\nabc\r\n0\r\n\r\nGET"), good(13));
    EXPECT_EQ(chunked("0a;x=\"y\"\r\n0123456789\r\n0\r\nT: v\r\nU: w\r\n\r\n"), good(39));
    EXPECT_EQ(chunked("0\r\n"), more(3));
    EXPECT_EQ(chunked("5\r\nab"), more(5));
}

TEST(BodyReader, RefusesBadChunks) {
    EXPECT_EQ(chunked("\r\n"), bad(0));
    EXPECT_EQ(chunked("-1\r\n"), bad(0));
    EXPECT_EQ(chunked("0x3\r\n"), bad(1));
    EXPECT_EQ(chunked("3\nabc"), bad(1));
    EXPECT_EQ(chunked("3\r\nabcd"), bad(6));
    EXPECT_EQ(chunked("3\r\nabc\rX"), bad(7));
    EXPECT_EQ(chunked("3;\nabc"), bad(2));
    EXPECT_EQ(chunked("0\r\nA\n"), bad(4));
    EXPECT_EQ(chunked("0\r\n\rX"), bad(4));
}

TEST(BodyReader, BoundsContentAndFraming) {
    EXPECT_EQ(chunked("3e9\r\n"), bad(2, Status::content_too_large)); // 1001
    EXPECT_EQ(chunked("ffffffffffffffffff\r\n"), bad(2 + 0, Status::content_too_large));
    EXPECT_EQ(chunked("3\r\nabc\r\n3\r\n", 5), bad(8, Status::content_too_large));
    EXPECT_EQ(chunked("1;" + std::string(5000, 'x')).result, ParseResult::invalid);
    EXPECT_EQ(chunked("0\r\n" + std::string(5000, 'x')).result, ParseResult::invalid);
    EXPECT_EQ(chunked(std::string(5000, '0')).result, ParseResult::invalid);
}

} // namespace
} // namespace ktcp::http
