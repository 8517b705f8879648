// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "response_parser.hh"

#include <gtest/gtest.h>

#include <string>

namespace htstress {
namespace {

using Result = ResponseParser::Result;

struct Outcome {
    Result result = Result::incomplete;
    std::size_t used = 0;
};

Outcome feed(ResponseParser& parser, std::string_view text, std::size_t piece) {
    Outcome outcome;
    parser.reset();
    while (outcome.used < text.size() && outcome.result == Result::incomplete) {
        std::size_t used = 0;
        outcome.result = parser.feed(text.substr(outcome.used, piece), used);
        outcome.used += used;
    }
    return outcome;
}

struct Case {
    const char* text;
    unsigned status;
    std::uint64_t body;
};

const Case whole[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!", 200, 12},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, 0},
    {"HTTP/1.1 204 No Content\r\n\r\n", 204, 0},
    {"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 404, 3},
    {"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
     "\r\n",
     200, 2},
};

TEST(ResponseParser, EverySplitGivesTheSameWithAndWithoutMemory) {
    for (const Case& c : whole) {
        const std::string text = c.text;
        for (std::size_t piece = 1; piece <= text.size() + 1; ++piece) {
            HeadMemo memo;
            ResponseParser parser(memo);
            // The second and third round meet a memo that knows the head already.
            for (int round = 0; round < 3; ++round) {
                const Outcome outcome = feed(parser, text, round == 2 ? text.size() : piece);
                EXPECT_EQ(outcome.result, Result::complete) << text << " by " << piece;
                EXPECT_EQ(outcome.used, text.size());
                EXPECT_EQ(parser.status(), c.status);
                EXPECT_EQ(parser.body_bytes(), c.body);
                EXPECT_TRUE(parser.persistent());
            }
        }
    }
}

TEST(ResponseParser, WhatFollowsIsLeft) {
    for (const Case& c : whole) {
        const std::string text = c.text;
        for (std::size_t piece = 1; piece <= text.size() + 9; ++piece) {
            HeadMemo memo;
            ResponseParser parser(memo);
            const Outcome outcome = feed(parser, text + "HTTP/1.1 ", piece);
            EXPECT_EQ(outcome.result, Result::complete);
            EXPECT_EQ(outcome.used, text.size()) << text << " by " << piece;
        }
    }
}

TEST(ResponseParser, EndOfInputBeforeTheEndIsShort) {
    for (const Case& c : whole) {
        const std::string text = c.text;
        for (std::size_t n = 0; n < text.size(); ++n) {
            HeadMemo memo;
            ResponseParser parser(memo);
            EXPECT_EQ(feed(parser, std::string_view(text).substr(0, n), 1000).result,
                      Result::incomplete);
            EXPECT_EQ(parser.end_of_input(), Result::malformed) << text << " cut at " << n;
            EXPECT_NE(parser.fault(), nullptr);
        }
    }
}

TEST(ResponseParser, BodyUntilClose) {
    HeadMemo memo;
    ResponseParser parser(memo);
    EXPECT_EQ(feed(parser, "HTTP/1.0 200 OK\r\n\r\nabcdef", 5).result, Result::incomplete);
    EXPECT_EQ(parser.end_of_input(), Result::complete);
    EXPECT_EQ(parser.body_bytes(), 6U);
    EXPECT_FALSE(parser.persistent());
}

TEST(ResponseParser, StartedTellsSilenceFromAHalfAnswer) {
    HeadMemo memo;
    ResponseParser parser(memo);
    EXPECT_FALSE(parser.started());
    std::size_t used = 0;
    EXPECT_EQ(parser.feed("H", used), Result::incomplete);
    EXPECT_TRUE(parser.started());
    parser.reset();
    EXPECT_FALSE(parser.started());
}

TEST(ResponseParser, AChangedHeadIsNotTakenForTheRememberedOne) {
    HeadMemo memo;
    ResponseParser parser(memo);
    EXPECT_EQ(feed(parser, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 100).result,
              Result::complete);
    const Outcome outcome = feed(parser, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", 100);
    EXPECT_EQ(outcome.result, Result::complete);
    EXPECT_EQ(parser.body_bytes(), 4U);
}

TEST(ResponseParser, HeadsHaveABound) {
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{200'000}}) {
        HeadMemo memo;
        ResponseParser parser(memo);
        const std::string endless =
            "HTTP/1.1 200 OK\r\nX: " + std::string(ResponseParser::max_head, 'x') + "\r\n\r\n";
        EXPECT_EQ(feed(parser, endless, piece).result, Result::malformed);
        EXPECT_STREQ(parser.fault(), "response head too large");
    }
    HeadMemo memo;
    ResponseParser parser(memo);
    const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
    const std::string large =
        start + std::string(ResponseParser::max_head - start.size() - 4, 'x') + "\r\n\r\n";
    EXPECT_EQ(feed(parser, large, 777).result, Result::complete);
}

TEST(ResponseParser, Malformed) {
    for (const char* text : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nbroken\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                             "HTTP/1.1 101 Switching Protocols\r\n\r\n"})
        for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
            HeadMemo memo;
            ResponseParser parser(memo);
            EXPECT_EQ(feed(parser, text, piece).result, Result::malformed) << text;
            EXPECT_NE(parser.fault(), nullptr);
        }
}

} // namespace
} // namespace htstress
