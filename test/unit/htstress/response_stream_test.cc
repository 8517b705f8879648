// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Answers behind each other on one connection, as with requests sent ahead, cut anywhere.
#include "response_parser.hh"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace htstress {
namespace {

using Result = ResponseParser::Result;

struct Answer {
    unsigned status;
    std::uint64_t length;
    std::uint32_t sum;

    bool operator==(const Answer&) const = default;
};

// What a connection's parser finds in the pieces; ends where an answer is malformed.
std::vector<Answer> found(ResponseParser& parser, const std::vector<std::string_view>& pieces) {
    std::vector<Answer> answers;
    parser.reset();
    for (std::string_view piece : pieces)
        while (!piece.empty()) {
            std::size_t used = 0;
            const Result result = parser.feed(piece, used);
            if (result == Result::malformed)
                return answers;
            piece.remove_prefix(used);
            if (result == Result::incomplete) {
                EXPECT_TRUE(piece.empty());
                break;
            }
            answers.push_back({parser.status(), parser.body_bytes(), parser.body_sum()});
            parser.reset();
        }
    return answers;
}

constexpr std::uint32_t sum_of_digits = 0xcbf43926; // CRC-32 of "123456789"

const std::string stream = "HTTP/1.1 100 Continue\r\n\r\n"
                           "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789"
                           "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "4;a=b\r\n1234\r\n5\r\n56789\r\n0\r\nT: x\r\n\r\n"
                           "HTTP/1.1 204 No\r\n\r\n"
                           "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789";

const std::vector<Answer> in_stream = {{200, 9, sum_of_digits},
                                       {304, 0, 0},
                                       {200, 9, sum_of_digits},
                                       {204, 0, 0},
                                       {200, 9, sum_of_digits}};

TEST(ResponseStream, AnyTwoCuts) {
    const std::string_view text = stream;
    HeadMemo memo;
    ResponseParser parser(memo, false, true);
    for (std::size_t first = 0; first <= text.size(); ++first)
        for (std::size_t second = first; second <= text.size(); ++second)
            ASSERT_EQ(found(parser, {text.substr(0, first), text.substr(first, second - first),
                                     text.substr(second)}),
                      in_stream)
                << first << ' ' << second;
}

TEST(ResponseStream, CutShortNeverGivesMoreThanWasThere) {
    for (std::size_t n = 0; n < stream.size(); ++n) {
        HeadMemo memo;
        ResponseParser parser(memo, false, true);
        const auto answers = found(parser, {std::string_view(stream).substr(0, n)});
        ASSERT_LT(answers.size(), in_stream.size());
        for (std::size_t i = 0; i < answers.size(); ++i)
            EXPECT_EQ(answers[i], in_stream[i]);
    }
}

TEST(ResponseStream, AnswersToHeadHaveNoBodyWhateverTheyAnnounce) {
    const std::string heads = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "HTTP/1.1 404 Not Found\r\n\r\n";
    const std::vector<Answer> expected = {{200, 0, 0}, {200, 0, 0}, {404, 0, 0}};
    for (std::size_t cut = 0; cut <= heads.size(); ++cut) {
        HeadMemo memo;
        ResponseParser parser(memo, true);
        EXPECT_EQ(found(parser, {std::string_view(heads).substr(0, cut),
                                 std::string_view(heads).substr(cut)}),
                  expected);
    }
    HeadMemo memo;
    ResponseParser parser(memo, true);
    std::size_t used = 0;
    // Nothing of it ends with the connection, so the connection may stay.
    EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\n\r\n", used), Result::complete);
    EXPECT_TRUE(parser.persistent());
    parser.reset();
    EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", used), Result::complete);
    EXPECT_FALSE(parser.persistent());
}

TEST(ResponseStream, CodingsThatLeaveTheEndInDoubt) {
    HeadMemo memo;
    ResponseParser parser(memo);
    std::size_t used = 0;
    for (const char* fields :
         {"Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: chunked, chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"}) {
        parser.reset();
        EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n", used),
                  Result::malformed)
            << fields;
    }
    parser.reset();
    EXPECT_EQ(parser.feed("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                          used),
              Result::complete);
    EXPECT_FALSE(parser.persistent());
}

} // namespace
} // namespace htstress
