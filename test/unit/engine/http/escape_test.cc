// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/escape.hh"
#include "text.hh"

#include <gtest/gtest.h>

namespace ktcp::http {
namespace {

std::string html(std::string_view text) {
    return test::written([=](Writer& out) { put_html(out, test::bytes(text)); });
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

TEST(Escape, UriEncodesAllButUnreserved) {
    EXPECT_EQ(uri("a b%#?:é"), "a%20b%25%23%3F%3A%C3%A9");
    EXPECT_EQ(uri("a/b"), "a%2Fb");
    EXPECT_EQ(uri("a/b", true), "a/b");
    EXPECT_EQ(uri("A-Z._~09"), "A-Z._~09");
}

TEST(Escape, ExpansionIsBoundedAsPromised) {
    for (int i = 0; i < 256; i++) {
        const std::string one(1, static_cast<char>(i));
        EXPECT_LE(html(one).size(), html_expansion);
        EXPECT_LE(uri(one).size(), uri_expansion);
    }
}

} // namespace
} // namespace ktcp::http
