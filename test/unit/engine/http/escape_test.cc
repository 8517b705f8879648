// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/escape.hh"
#include "text.hh"

#include <gtest/gtest.h>

namespace ktcp::http {
namespace {

using namespace std::string_view_literals;

std::string html(std::string_view text) {
    return test::written([=](Writer& out) { put_html(out, test::bytes(text)); });
}
std::string json(std::string_view text) {
    return test::written([=](Writer& out) { put_json_string(out, test::bytes(text)); });
}
std::string uri(std::string_view text, bool keep_slash = false) {
    return test::written([=](Writer& out) { put_uri(out, test::bytes(text), keep_slash); });
}

TEST(Escape, HtmlLeavesNoMarkup) {
    EXPECT_EQ(html("<script>alert('1')&\"2\"</script>"),
              "&lt;script&gt;alert(&#39;1&#39;)&amp;&quot;2&quot;&lt;/script&gt;");
    EXPECT_EQ(html("grün"), "grün");
    EXPECT_EQ(html(""), "");
}

TEST(Escape, HtmlShowsControlCharacters) {
    EXPECT_EQ(html("a\nb\t\0\x1f\x7f"sv), "a␊b␉␀␟␡");
    EXPECT_EQ(html(" ~"), " ~");
}

TEST(Escape, HtmlIsAlwaysUtf8) {
    EXPECT_EQ(html("latin1: gr\xfcn"), "latin1: gr\ufffdn");
    EXPECT_EQ(html("\xf0\x9f\x98\x80 \xf0\x9f\x98"), "\U0001f600 \ufffd");
    // An overlong '<' must not become one again.
    EXPECT_EQ(html("\xc0\xbc"), "\ufffd\ufffd");
    // Half a character must not swallow the quote that follows it.
    EXPECT_EQ(html("\xe2\""), "\ufffd&quot;");
}

TEST(Escape, JsonStringsStayWithinTheirQuotes) {
    EXPECT_EQ(json(R"(a"b\c/)"), R"(a\"b\\c/)");
    EXPECT_EQ(json("\0\x01\n\x1f\x7f"sv), "\\u0000\\u0001\\u000A\\u001F\x7f");
    EXPECT_EQ(json("grün <&>'"), "grün <&>'");
    EXPECT_EQ(json(""), "");
}

TEST(Escape, JsonIsAlwaysUtf8) {
    EXPECT_EQ(json("gr\xfcn"), "gr\ufffdn");
    EXPECT_EQ(json("\xed\xa0\xbd\""), "\ufffd\ufffd\ufffd\\\"");
    EXPECT_EQ(json("\xe2\"\xe2\\"), "\ufffd\\\"\ufffd\\\\");
}

TEST(Escape, UriEncodesAllButUnreserved) {
    EXPECT_EQ(uri("a b%#?:é"), "a%20b%25%23%3F%3A%C3%A9");
    EXPECT_EQ(uri("a/b"), "a%2Fb");
    EXPECT_EQ(uri("a/b", true), "a/b");
    EXPECT_EQ(uri("A-Z._~09"), "A-Z._~09");
    EXPECT_EQ(uri("\xff\xc3"), "%FF%C3"); // the exact bytes, UTF-8 or not
}

// Each pair of bytes, since what the first one begins may depend on the second one.
TEST(Escape, ExpansionIsBoundedAsPromised) {
    for (int i = 0; i < 0x10000; i++) {
        const std::string two = {static_cast<char>(i >> 8), static_cast<char>(i)};
        ASSERT_LE(html(two).size(), 2 * html_expansion) << i;
        ASSERT_LE(json(two).size(), 2 * json_expansion) << i;
        ASSERT_LE(uri(two).size(), 2 * uri_expansion) << i;
    }
}

TEST(Escape, TheSizeOfAUriIsKnownBeforehand) {
    for (const char* text : {"", "plain", "a/b", "a b/\xc3\xbc", "%?#", "///"})
        for (bool keep_slash : {true, false})
            EXPECT_EQ(uri_size(bytes_of(text), keep_slash), test::written([&](Writer& out) {
                                                                put_uri(out, bytes_of(text),
                                                                        keep_slash);
                                                            }).size())
                << text;
}

} // namespace
} // namespace ktcp::http
