// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/head_fields.hh"
#include "http/request_parser.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <vector>

namespace ktcp::http {
namespace {

class HeadFieldsTest : public testing::Test {
protected:
    HeadFields fields(const std::string& text) {
        text_ = text;
        RequestParser parser;
        EXPECT_EQ(parser.parse(test::bytes(text_), {8192, 8192, 100}), ParseResult::complete);
        return HeadFields(test::bytes(text_).first(parser.head_size()), parser.request().fields);
    }
    static std::vector<std::string> values(const HeadFields& fields, Field field) {
        std::vector<std::string> found;
        fields.for_each(field, [&](Bytes value) { found.push_back(test::text(value)); });
        return found;
    }

private:
    std::string text_;
};

TEST_F(HeadFieldsTest, FindsEachLineInOrder) {
    const HeadFields head = fields("GET /Range:x HTTP/1.1\r\nRANGE:  one \r\nHost: h\r\n"
                                   "range:two\r\nRange:\r\n\r\nRange: of the body\r\n\r\n");
    EXPECT_EQ(values(head, Field::range), (std::vector<std::string>{"one", "two", ""}));
    EXPECT_TRUE(head.has(Field::host));
    EXPECT_FALSE(head.has(Field::if_range));
    EXPECT_TRUE(values(head, Field::if_range).empty());
}

TEST_F(HeadFieldsTest, EmptyLinesMayComeFirst) {
    const HeadFields head = fields("\r\n\r\nGET / HTTP/1.0\r\nAccept: a\r\n\r\n");
    EXPECT_EQ(values(head, Field::accept), std::vector<std::string>{"a"});
}

TEST_F(HeadFieldsTest, ASingleLineIsOne) {
    Bytes value;
    EXPECT_TRUE(fields("GET / HTTP/1.0\r\nRange: a\r\n\r\n").single(Field::range, value));
    EXPECT_EQ(test::text(value), "a");
    EXPECT_FALSE(
        fields("GET / HTTP/1.0\r\nRange: a\r\nRange: a\r\n\r\n").single(Field::range, value));
    EXPECT_FALSE(fields("GET / HTTP/1.0\r\n\r\n").single(Field::range, value));
}

} // namespace
} // namespace ktcp::http
