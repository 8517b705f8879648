// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "url.hh"

#include <gtest/gtest.h>

namespace htstress {
namespace {

Url parsed(std::string_view text) {
    Url url;
    EXPECT_EQ(parse_url(text, url), "") << text;
    return url;
}

bool refused(std::string_view text) {
    Url url;
    return !parse_url(text, url).empty();
}

TEST(Url, SchemePortAndPathAreOptional) {
    const Url url = parsed("example.org");
    EXPECT_EQ(url.host, "example.org");
    EXPECT_EQ(url.authority, "example.org");
    EXPECT_EQ(url.port, 80);
    EXPECT_EQ(url.path, "/");
    EXPECT_FALSE(url.bracketed);
}

TEST(Url, AllParts) {
    const Url url = parsed("http://localhost:8081/a/b.html?x=1&y=2");
    EXPECT_EQ(url.host, "localhost");
    EXPECT_EQ(url.authority, "localhost:8081");
    EXPECT_EQ(url.port, 8081);
    EXPECT_EQ(url.path, "/a/b.html?x=1&y=2");
}

TEST(Url, Ipv6InBrackets) {
    const Url url = parsed("http://[::1]:8081/file");
    EXPECT_EQ(url.host, "::1");
    EXPECT_EQ(url.authority, "[::1]:8081");
    EXPECT_EQ(url.port, 8081);
    EXPECT_TRUE(url.bracketed);
    EXPECT_EQ(parsed("[fe80::1%lo]/").host, "fe80::1%lo");
    EXPECT_EQ(parsed("[::1]").port, 80);
}

TEST(Url, QueryWithoutPathGetsOne) { EXPECT_EQ(parsed("h?q").path, "/?q"); }

TEST(Url, FragmentIsNotSent) { EXPECT_EQ(parsed("h/a#b").path, "/a"); }

TEST(Url, SchemeInsideAQueryIsNoScheme) {
    EXPECT_EQ(parsed("h/?u=https://other/").path, "/?u=https://other/");
}

TEST(Url, Refused) {
    for (const char* text : {"",     "http://",        "http:///path", "https://h/",  "ftp://h/",
                             "::1",  "http://::1:80/", "[::1",         "[::1]80/",    "[]:80/",
                             "h:/",  "h:0/",           "h:65536/",     "h:80x/",      "h:-1/",
                             ":80/", "user@h/",        "h/a b",        "h/a\r\nX: y", "h/\x7f"})
        EXPECT_TRUE(refused(text)) << text;
}

} // namespace
} // namespace htstress
