// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/multipart_body.hh"

#include <gtest/gtest.h>

namespace ktcp::test {
namespace {

const std::string type = "multipart/byteranges; boundary=abc";
const std::string body = "--abc\r\nContent-Type: a/b\r\nContent-Range: bytes 0-1/9\r\n\r\nxy\r\n"
                         "--abc\r\n\r\n\r\n--abc--\r\n";

bool is_good(const std::string& of_type, const std::string& text) {
    MultipartBody multipart;
    return read_multipart(of_type, text, multipart).empty();
}

TEST(MultipartBody, IsReadPartByPart) {
    MultipartBody multipart;
    ASSERT_EQ(read_multipart(type, body, multipart), "");
    EXPECT_EQ(multipart.subtype, "byteranges");
    ASSERT_EQ(multipart.parts.size(), 2u);
    ASSERT_EQ(multipart.parts[0].fields.size(), 2u);
    EXPECT_EQ(multipart.parts[0].fields[1].name, "Content-Range");
    EXPECT_EQ(multipart.parts[0].fields[1].value, "bytes 0-1/9");
    EXPECT_EQ(multipart.parts[0].body, "xy");
    EXPECT_EQ(multipart.parts[1].fields.size(), 0u);
    EXPECT_EQ(multipart.parts[1].body, "");
}

TEST(MultipartBody, FaultsAreFound) {
    EXPECT_FALSE(is_good("text/plain", body));
    EXPECT_FALSE(is_good("multipart/byteranges", body));
    EXPECT_FALSE(is_good("multipart/byteranges; boundary=", body));
    EXPECT_FALSE(is_good("multipart/byteranges; boundary=a b", body));
    EXPECT_FALSE(is_good("multipart/byteranges; boundary=abd", body));
    EXPECT_FALSE(is_good(type, "\r\n" + body));
    EXPECT_FALSE(is_good(type, body + "x"));
    EXPECT_FALSE(is_good(type, ""));
    // Cut anywhere.
    for (size_t size = 0; size < body.size(); size++)
        EXPECT_FALSE(is_good(type, body.substr(0, size))) << size;
}

} // namespace
} // namespace ktcp::test
