// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/field.hh"
#include "http/request_parser.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace ktcp::http {
namespace {

constexpr HeadLimits limit = {8192, 8192, 100};

struct Outcome {
    ParseResult result;
    Status error;
    size_t head_size;
    bool operator==(const Outcome&) const = default;
};

// Parses `text` in one go and byte by byte, checks that both agree, and keeps the
// request of the slow way. The copy has no byte to spare, so ASan sees overreads.
class RequestParserTest : public testing::Test {
protected:
    Outcome parse(std::string_view text, HeadLimits limits = limit) {
        memory_.reset(new char[text.size()]);
        std::memcpy(memory_.get(), text.data(), text.size());
        RequestParser fast;
        const ParseResult result = fast.parse(Bytes(memory_.get(), text.size()), limits);
        const Outcome outcome = outcome_of(fast, result);

        parser_ = {};
        ParseResult slow = ParseResult::incomplete;
        for (size_t n = 1; n <= text.size() && slow == ParseResult::incomplete; n++)
            slow = parser_.parse(Bytes(memory_.get(), n), limits);
        EXPECT_EQ(outcome_of(parser_, slow), outcome) << text;
        return outcome;
    }

    Outcome good(std::string_view text) {
        const Outcome outcome = parse(text);
        EXPECT_EQ(outcome.result, ParseResult::complete) << text;
        return outcome;
    }

    Status error(std::string_view text) {
        const Outcome outcome = parse(text);
        EXPECT_EQ(outcome.result, ParseResult::invalid) << text;
        return outcome.error;
    }

    // A request with these field lines (each with its CRLF) beside Host.
    Status error_of_fields(const std::string& fields) {
        return error("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    }

    const Request& request() { return parser_.request(); }

private:
    static Outcome outcome_of(const RequestParser& parser, ParseResult result) {
        return {result, result == ParseResult::invalid ? parser.error() : Status::none,
                result == ParseResult::complete ? parser.head_size() : 0};
    }

    std::unique_ptr<char[]> memory_;
    RequestParser parser_;
};

TEST_F(RequestParserTest, ParsesARequest) {
    const Outcome outcome = good("GET /a?b HTTP/1.1\r\nHost: example.org:80\r\nX: y\r\n\r\nrest");
    EXPECT_EQ(outcome.head_size, 49u);
    EXPECT_EQ(request().method, Method::get);
    EXPECT_EQ(test::text(request().target), "/a?b");
    EXPECT_EQ(test::text(request().host), "example.org:80");
    EXPECT_EQ(request().minor_version, 1);
    EXPECT_FALSE(request().connection_close);
}

TEST_F(RequestParserTest, TheTargetHasALimitOfItsOwn) {
    const std::string rest = " HTTP/1.1\r\nHost: h\r\n\r\n";
    const HeadLimits limits = {8192, 10, 100};
    EXPECT_EQ(parse("GET /" + std::string(9, 'x') + rest, limits).result, ParseResult::complete);
    EXPECT_EQ(parse("GET /" + std::string(10, 'x') + rest, limits).error, Status::uri_too_long);
}

TEST_F(RequestParserTest, FieldLinesAreCounted) {
    const std::string text = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nA: b\r\n\r\n";
    EXPECT_EQ(parse(text, {8192, 8192, 3}).result, ParseResult::complete);
    EXPECT_EQ(parse(text, {8192, 8192, 2}).error, Status::header_fields_too_large);
}

TEST_F(RequestParserTest, NotesWhichFieldsThereAre) {
    good("GET / HTTP/1.1\r\nHost: h\r\nRANGE: x\r\nX: y\r\n\r\n");
    EXPECT_EQ(request().fields,
              field_bit(Field::host) | field_bit(Field::range) | field_bit(Field::other));
}

TEST_F(RequestParserTest, WaitsForMore) {
    for (const char* text : {"G", "GET", "GET / HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\n",
                             "GET / HTTP/1.1\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r"})
        EXPECT_EQ(parse(text).result, ParseResult::incomplete) << text;
}

TEST_F(RequestParserTest, KnowsMethods) {
    good("HEAD / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(request().method, Method::head);
    good("DELETE / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(request().method, Method::not_allowed);
    good("get / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(request().method, Method::unknown);
}

TEST_F(RequestParserTest, RefusesBadRequestLines) {
    for (const char* line :
         {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /a b HTTP/1.1",
          "GET / http/1.1", "GET / HTTP/1.", "GET / HTTP/11", "GET\t/ HTTP/1.1", "GET / HTTP/1.1\r",
          "G@T / HTTP/1.1", "/ HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /# HTTP/1.1",
          "GET /\xc3\xa9 HTTP/1.1", "x"})
        EXPECT_EQ(error(std::string(line) + "\r\nHost: h\r\n\r\n"), Status::bad_request) << line;
}

TEST_F(RequestParserTest, RefusesOtherMajorVersions) {
    EXPECT_EQ(error("GET / HTTP/2.0\r\n\r\n"), Status::http_version_not_supported);
    EXPECT_EQ(error("GET / HTTP/0.9\r\n\r\n"), Status::http_version_not_supported);
    EXPECT_EQ(error("PRI * HTTP/2.0\r\n\r\n"), Status::http_version_not_supported);
    good("GET / HTTP/1.7\r\nHost: h\r\n\r\n");
}

TEST_F(RequestParserTest, TakesNoLoneLineFeedsOrCarriageReturns) {
    EXPECT_EQ(error("GET / HTTP/1.0\n\n"), Status::bad_request);
    EXPECT_EQ(error("GET / HTTP/1.0\r\nA: b\nC: d\r\n\r\n"), Status::bad_request);
    EXPECT_EQ(error("GET / HTTP/1.0\r\nA: b\rC: d\r\n\r\n"), Status::bad_request);
    EXPECT_EQ(error("\n"), Status::bad_request);
}

TEST_F(RequestParserTest, SkipsAFewEmptyLines) {
    EXPECT_EQ(good("\r\n\r\nGET / HTTP/1.0\r\n\r\n").head_size, 22u);
    EXPECT_EQ(error("\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n"), Status::bad_request);
}

TEST_F(RequestParserTest, RefusesBadFieldLines) {
    for (std::string line : {"A : b", " A: b", "\tA: b", "A", ": b", "A b: c", "A\x01: b",
                             "A: \x01", "A: \x7f", "(A): b"})
        EXPECT_EQ(error_of_fields(line + "\r\n"), Status::bad_request) << line;
    EXPECT_EQ(error_of_fields(std::string("A: b\0c\r\n", 8)), Status::bad_request);
    EXPECT_EQ(error_of_fields("A: b\r\n folded\r\n"), Status::bad_request);
}

TEST_F(RequestParserTest, WantsExactlyOneHost) {
    EXPECT_EQ(error("GET / HTTP/1.1\r\n\r\n"), Status::bad_request);
    EXPECT_EQ(error_of_fields("host: h\r\n"), Status::bad_request);
    for (const char* host : {"a b", "a@b", "a/b", "\xc3\xa9", "a,b;<", "a:b", "a:80:80", "[::1",
                             "[]", "::1", "[::1]x"})
        EXPECT_EQ(error("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"),
                  Status::bad_request)
            << host;
    good("GET / HTTP/1.1\r\nHost:\r\n\r\n");
    good("GET / HTTP/1.1\r\nHost: a:\r\n\r\n");
    good("GET / HTTP/1.1\r\nHost: \t[::1]:80\t \r\n\r\n");
    EXPECT_EQ(test::text(request().host), "[::1]:80");
    good("GET / HTTP/1.0\r\n\r\n");
}

TEST_F(RequestParserTest, ReadsConnectionOptions) {
    good("GET / HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\n");
    EXPECT_TRUE(request().connection_keep_alive);
    good("GET / HTTP/1.0\r\nConnection: x ,CLOSE\r\nConnection: y\r\n\r\n");
    EXPECT_TRUE(request().connection_close);
    good("GET / HTTP/1.0\r\nConnection: closed\r\n\r\n");
    EXPECT_FALSE(request().connection_close);
}

TEST_F(RequestParserTest, TakesOneContentLengthOfDigits) {
    good("GET / HTTP/1.0\r\nContent-Length: 9999999999999999999\r\n\r\n");
    EXPECT_EQ(request().content_length, 9999999999999999999u);
    for (const char* value : {"", "-1", "+1", "1 ", "0x1", "1,1", "1.0", "99999999999999999999"}) {
        if (std::string(value) == "1 ")
            continue; // white space around a value is not part of it
        EXPECT_EQ(error_of_fields("Content-Length: " + std::string(value) + "\r\n"),
                  Status::bad_request)
            << value;
    }
    EXPECT_EQ(error_of_fields("Content-Length: 1\r\nContent-Length: 1\r\n"), Status::bad_request);
}

TEST_F(RequestParserTest, DistrustsDoubtfulFraming) {
    good("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n");
    EXPECT_TRUE(request().chunked);
    EXPECT_EQ(error_of_fields("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
              Status::bad_request);
    EXPECT_EQ(error_of_fields("Transfer-Encoding: gzip, chunked\r\n"), Status::not_implemented);
    EXPECT_EQ(error_of_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
              Status::not_implemented);
    EXPECT_EQ(error("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), Status::bad_request);
}

TEST_F(RequestParserTest, ReadsExpectations) {
    good("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n\r\n");
    EXPECT_TRUE(request().expect_continue);
    good("GET / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n");
    EXPECT_TRUE(request().expect_unknown);
}

TEST_F(RequestParserTest, BoundsTheHead) {
    const std::string line = "GET / HTTP/1.0\r\n";
    const std::string fits = line + "A: " + std::string(100 - line.size() - 7, 'x') + "\r\n\r\n";
    ASSERT_EQ(fits.size(), 100u);
    EXPECT_EQ(parse(fits, {100, 100, 100}).result, ParseResult::complete);
    EXPECT_EQ(parse(fits, {99, 99, 100}).error, Status::header_fields_too_large);
    EXPECT_EQ(parse("GET /" + std::string(200, 'x'), {100, 100, 100}).error, Status::uri_too_long);
    // Without its end a head is judged at the same byte as with it.
    EXPECT_EQ(parse(fits.substr(0, 98), {99, 99, 100}).result, ParseResult::incomplete);
    EXPECT_EQ(parse(fits.substr(0, 99), {99, 99, 100}).error, Status::header_fields_too_large);
}

TEST_F(RequestParserTest, BoundsTheNumberOfFields) {
    std::string fields;
    for (int i = 0; i < 99; i++)
        fields += "A: b\r\n";
    good("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    EXPECT_EQ(error_of_fields(fields + "A: b\r\n"), Status::header_fields_too_large);
}

// ---- Field lines that are those of the request before ----------------------------------

bool repeated(const std::string& first, const std::string& second, RequestParser& parser,
              HeadLimits limits = limit) {
    RequestParser before;
    EXPECT_EQ(before.parse(test::bytes(first), limits), ParseResult::complete);
    FieldMemory memory;
    before.remember(test::bytes(first), memory);
    return parser.parse_repeated(test::bytes(second), limits, memory);
}

const std::string fields = "Host: example.org\r\nAccept: */*\r\nConnection: close\r\n\r\n";

TEST(RepeatedFields, SayWhatTheySaidBefore) {
    RequestParser parser;
    const std::string second = "HEAD /b?c HTTP/1.1\r\n" + fields + "GET /next";
    ASSERT_TRUE(repeated("GET /a HTTP/1.1\r\n" + fields, second, parser));
    EXPECT_EQ(parser.request().method, Method::head);
    EXPECT_EQ(test::text(parser.request().target), "/b?c");
    EXPECT_EQ(test::text(parser.request().host), "example.org");
    EXPECT_EQ(parser.request().host.data, second.data() + 26); // in the new request
    EXPECT_TRUE(parser.request().connection_close);
    EXPECT_EQ(parser.request().fields,
              field_bit(Field::host) | field_bit(Field::accept) | field_bit(Field::connection));
    EXPECT_EQ(parser.head_size(), second.size() - 9);
}

TEST(RepeatedFields, AreComparedToTheLastByte) {
    const std::string first = "GET /a HTTP/1.1\r\n" + fields;
    for (size_t i = 17; i < first.size(); i++) {
        std::string other = first;
        other[i] ^= 1;
        RequestParser parser;
        EXPECT_FALSE(repeated(first, other, parser)) << i;
    }
    for (size_t n = 0; n < first.size(); n++) {
        RequestParser parser;
        EXPECT_FALSE(repeated(first, first.substr(0, n), parser)) << n;
        EXPECT_EQ(parser.parse(test::bytes(first), limit), ParseResult::complete) << n;
    }
}

TEST(RepeatedFields, AreNotThoseOfAnotherVersion) {
    RequestParser parser;
    EXPECT_FALSE(
        repeated("GET /a HTTP/1.0\r\nA: b\r\n\r\n", "GET /a HTTP/1.1\r\nA: b\r\n\r\n", parser));
    EXPECT_EQ(parser.parse(test::bytes("GET /a HTTP/1.1\r\nA: b\r\n\r\n"), limit),
              ParseResult::invalid); // there is no Host
}

TEST(RepeatedFields, AreNotRememberedWithContent) {
    for (const char* more : {"Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"}) {
        const std::string text = std::string("GET /a HTTP/1.1\r\nHost: h\r\n") + more;
        RequestParser parser;
        EXPECT_FALSE(repeated(text, text, parser));
    }
}

TEST(RepeatedFields, DoNotMakeABadRequestLineGood) {
    for (const char* line : {"GET /a HTTP/2.0\r\n", "GET  HTTP/1.1\r\n", "GET /a HTTP/1.1\n",
                             "\r\n", "\n", "GET /\x01 HTTP/1.1\r\n"}) {
        RequestParser parser;
        EXPECT_FALSE(repeated("GET /a HTTP/1.1\r\n" + fields, line + fields, parser)) << line;
    }
}

TEST(RepeatedFields, KeepTheLimits) {
    const std::string longer = "GET /" + std::string(100, 'a') + " HTTP/1.1\r\n" + fields;
    RequestParser parser;
    EXPECT_FALSE(repeated("GET /a HTTP/1.1\r\n" + fields, longer, parser,
                          {static_cast<uint32_t>(longer.size() - 1), 8192, 100}));
    EXPECT_TRUE(repeated("GET /a HTTP/1.1\r\n" + fields, longer, parser,
                         {static_cast<uint32_t>(longer.size()), 8192, 100}));
}

TEST(RepeatedFields, AreNotRememberedBeyondTheCapacity) {
    for (size_t more : {0u, 1u}) {
        const std::string host = "Host: h\r\nX: ";
        const std::string text = "GET /a HTTP/1.1\r\n" + host +
                                 std::string(FieldMemory::capacity - host.size() - 4 + more, 'x') +
                                 "\r\n\r\n";
        RequestParser parser;
        EXPECT_EQ(repeated(text, text, parser), more == 0);
    }
}

} // namespace
} // namespace ktcp::http
