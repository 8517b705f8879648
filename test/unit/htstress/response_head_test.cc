// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "response_head.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace htstress {
namespace {

ResponseHead parsed(const std::string& text) {
    ResponseHead head;
    EXPECT_EQ(parse_head(text, head), nullptr) << text;
    return head;
}

bool refused(const std::string& text) {
    ResponseHead head;
    return parse_head(text, head) != nullptr;
}

TEST(ResponseHead, LengthAndStatus) {
    const ResponseHead head = parsed("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
    EXPECT_EQ(head.status, 200U);
    EXPECT_EQ(head.body, BodyKind::length);
    EXPECT_EQ(head.length, 12U);
    EXPECT_TRUE(head.persistent);
}

TEST(ResponseHead, ReasonMayBeMissing) {
    EXPECT_EQ(parsed("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n").status, 404U);
    EXPECT_EQ(parsed("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n").status, 404U);
}

TEST(ResponseHead, FieldNamesIgnoreCaseAndBlanksAroundValues) {
    const ResponseHead head =
        parsed("HTTP/1.1 200 OK\r\ncONTENT-lENGTH:\t 7 \r\nconnection:CLOSE\r\n\r\n");
    EXPECT_EQ(head.length, 7U);
    EXPECT_FALSE(head.persistent);
}

TEST(ResponseHead, PersistenceOfBothVersions) {
    const std::string length = "Content-Length: 0\r\n";
    EXPECT_TRUE(parsed("HTTP/1.1 200 OK\r\n" + length + "\r\n").persistent);
    EXPECT_FALSE(parsed("HTTP/1.0 200 OK\r\n" + length + "\r\n").persistent);
    EXPECT_TRUE(
        parsed("HTTP/1.0 200 OK\r\n" + length + "Connection: keep-alive\r\n\r\n").persistent);
    EXPECT_FALSE(
        parsed("HTTP/1.1 200 OK\r\n" + length + "Connection: x, close\r\n\r\n").persistent);
    // A body that ends with the connection leaves nothing to go on with.
    EXPECT_FALSE(parsed("HTTP/1.1 200 OK\r\n\r\n").persistent);
}

TEST(ResponseHead, Framing) {
    EXPECT_EQ(parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n").body,
              BodyKind::chunked);
    EXPECT_EQ(parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n").body,
              BodyKind::until_close);
    EXPECT_EQ(parsed("HTTP/1.1 200 OK\r\n\r\n").body, BodyKind::until_close);
    EXPECT_EQ(parsed("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").body,
              BodyKind::none);
    EXPECT_EQ(parsed("HTTP/1.1 204 No Content\r\n\r\n").body, BodyKind::none);
    EXPECT_EQ(parsed("HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\n").length,
              3U);
}

TEST(ResponseHead, Refused) {
    for (const char* text :
         {"\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
          "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
          "HTTP/1.1  200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1", "HTTP/1.1 200 OK\r\nContent-Length: 1\n\r\n"})
        EXPECT_TRUE(refused(text)) << text;
    for (const char* field :
         {"Content-Length: ", "Content-Length: 1x", "Content-Length: -1", "Content-Length: +1",
          "Content-Length: 1, 2", "Content-Length: 1\r\nContent-Length: 2",
          "Content-Length: 99999999999999999999", "Content-Length: 1\r\nTransfer-Encoding: chunked",
          "no colon", ": no name", "Content-Length : 1", " Content-Length: 1"})
        EXPECT_TRUE(refused("HTTP/1.1 200 OK\r\n" + std::string(field) + "\r\n\r\n")) << field;
}

TEST(HeadMemo, MatchesOnlyTheSameBytes) {
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n";
    HeadMemo memo;
    EXPECT_EQ(memo.match(text), 0U);
    memo.remember(text, parsed(text));
    EXPECT_EQ(memo.match(text), text.size());
    EXPECT_EQ(memo.match(text + "Hello World!"), text.size());
    EXPECT_EQ(memo.head().length, 12U);
    EXPECT_EQ(memo.match(text.substr(0, text.size() - 1)), 0U);
    EXPECT_EQ(memo.match("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n"), 0U);
}

// As of several URLs, in any order; the oldest is forgotten, and what is said is of the one
// matched.
TEST(HeadMemo, KnowsAFew) {
    const auto head = [](unsigned length) {
        return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", length);
    };
    HeadMemo memo;
    for (unsigned length = 0; length < 9; ++length)
        memo.remember(head(length), parsed(head(length)));
    for (const unsigned length : {1U, 2U, 3U, 8U, 1U, 5U, 5U, 4U}) {
        EXPECT_EQ(memo.match(head(length)), head(length).size()) << length;
        EXPECT_EQ(memo.head().length, length);
    }
    EXPECT_EQ(memo.match(head(0)), 0U);
    memo.remember(head(0), parsed(head(0)));
    EXPECT_EQ(memo.match(head(1)), 0U);
    EXPECT_EQ(memo.match(head(0)), head(0).size());
    EXPECT_EQ(memo.head().length, 0U);
}

} // namespace
} // namespace htstress
