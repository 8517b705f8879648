// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The reader that judges listings must refuse what a browser would take for markup.
#include "support/html_listing.hh"

#include <gtest/gtest.h>

namespace ktcp::test {
namespace {

std::string page(const std::string& rows) {
    return "<!DOCTYPE html>\n<html><body><table><tr><td><a href=\"../\">..</a></td></tr>" + rows +
           "</table></body></html>\n";
}
std::string row(const std::string& href, const std::string& text) {
    return "<tr><td><a href=\"" + href + "\">" + text + "</a></td></tr>\n";
}
std::string fault(const std::string& rows, std::vector<std::string> names) {
    return compare_listing(page(rows), std::move(names), false);
}

TEST(HtmlListing, ReadsNames) {
    EXPECT_EQ(fault(row("a%20b", "a b") + row("sub/", "sub/"), {"sub", "a b"}), "");
    EXPECT_EQ(fault(row("%3Cb%3E", "&lt;b&gt;"), {"<b>"}), "");
    EXPECT_EQ(fault(row("%FF", "\ufffd"), {"\xff"}), "");
    EXPECT_EQ(fault(row("./a:b", "a:b") + row("sub/", "sub"), {"a:b", "sub"}), "");
    EXPECT_EQ(fault(row("a-long-name", "a-lo..&gt;"), {"a-long-name"}), ""); // as nginx cuts
    EXPECT_EQ(compare_listing("<html></html>", {}, true), "");
}

TEST(HtmlListing, MissesNothing) {
    EXPECT_NE(fault(row("a", "a"), {"a", "b"}), "");
    EXPECT_NE(fault(row("a", "a"), {}), "");
    EXPECT_NE(fault(row("a", "a") + row("a", "a"), {"a"}), "");
    EXPECT_NE(compare_listing(page(""), {}, true), "") << "the root has no parent";
    EXPECT_NE(compare_listing("<html></html>", {}, false), "") << "no parent";
    std::string cut = page(row("a", "a"));
    cut.resize(cut.size() - 9);
    EXPECT_NE(compare_listing(cut, {"a"}, false), "");
}

TEST(HtmlListing, RefusesWhatIsNotEscaped) {
    EXPECT_NE(fault(row("%3Cb%3E", "<b>"), {"<b>"}), "");
    EXPECT_NE(fault(row("x", "<script>x</script>"), {"x"}), "");
    EXPECT_NE(fault(row("a", "a") + "<script>", {"a"}), "");
    EXPECT_NE(fault("<td title=\"<b>\">", {}), "");
    EXPECT_NE(fault(row("a", "a") + "5 < 6", {"a"}), "");
    EXPECT_NE(fault(row("%26", "&"), {"&"}), "");
    EXPECT_NE(fault(row("a\" onclick=\"x", "a"), {"a"}), "");
    EXPECT_NE(fault(row("a\"b", "a&quot;b"), {"a\"b"}), "");
    EXPECT_NE(fault(row("%FF", "\xff"), {"\xff"}), "");
}

TEST(HtmlListing, RefusesLinksThatLeadElsewhere) {
    for (const char* href : {"a:b", "/a", "a/b", "?a", "a#b", "//host", "a b", "\xff", "./"})
        EXPECT_NE(fault(row(href, "x"), {"x"}), "") << href;
    EXPECT_NE(fault(row("a", "b"), {"a"}), "") << "a name that is not the link's";
}

} // namespace
} // namespace ktcp::test
