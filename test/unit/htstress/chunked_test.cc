// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "chunked.hh"

#include <gtest/gtest.h>

#include <string>

namespace htstress {
namespace {

using Result = ChunkedBody::Result;

struct Outcome {
    Result result;
    std::size_t used;
    std::uint64_t data_bytes;
};

// Feeds `text` in pieces of `piece` bytes.
Outcome fed(const std::string& text, std::size_t piece) {
    ChunkedBody body;
    std::size_t at = 0;
    Result result = Result::incomplete;
    while (at < text.size() && result == Result::incomplete) {
        std::size_t used = 0;
        result = body.feed(std::string_view(text).substr(at, piece), used);
        at += used;
    }
    return {result, at, body.data_bytes()};
}

TEST(Chunked, EverySplitGivesTheSame) {
    const std::string text =
        "5\r\nhello\r\n00a;name=\"v\"\r\n\r\n34567890\r\n0;x\r\nTrailer: 1\r\nMore: 2\r\n\r\n";
    for (std::size_t piece = 1; piece <= text.size() + 3; ++piece) {
        const Outcome outcome = fed(text + "AB", piece);
        EXPECT_EQ(outcome.result, Result::complete) << piece;
        EXPECT_EQ(outcome.used, text.size()) << piece;
        EXPECT_EQ(outcome.data_bytes, 15U) << piece;
    }
}

TEST(Chunked, EveryPrefixIsIncomplete) {
    const std::string text = "3\r\nabc\r\n0\r\n\r\n";
    for (std::size_t n = 0; n < text.size(); ++n)
        EXPECT_EQ(fed(text.substr(0, n), 100).result, Result::incomplete) << n;
}

TEST(Chunked, Malformed) {
    for (const char* text : {"\r\n", "x\r\n", ";\r\n", "5 x\n", "5\n", "3\r\nabcd\r\n",
                             "3\r\nabc0\r\n", "3\r\nabc\n0\r\n", "-1\r\n", "0x1\r\n",
                             "10000000000000000\r\n", "0\r\n\n", "0\r\nT: 1\n\r\n", "0\r\n\rx"})
        for (const std::size_t piece : {std::size_t{1}, std::size_t{100}})
            EXPECT_EQ(fed(text, piece).result, Result::malformed) << text << " by " << piece;
}

TEST(Chunked, LargestSizeIsAccepted) {
    EXPECT_EQ(fed("fffffffffffffff\r\nabc", 100).result, Result::incomplete);
}

} // namespace
} // namespace htstress
