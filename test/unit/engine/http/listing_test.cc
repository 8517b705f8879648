// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/listing.hh"
#include "text.hh"

#include <gmock/gmock.h>

namespace ktcp::http {
namespace {

using Key = ListingOrder::Key;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr ListingFormat html = ListingFormat::html;
constexpr ListingFormat json = ListingFormat::json;

std::string row(ListingFormat format, const std::string& name,
                ktcp_entry_kind kind = KTCP_ENTRY_FILE, uint64_t size = 42,
                int64_t modified = 951782406) {
    const ktcp_entry entry = {name.data(), static_cast<uint32_t>(name.size()), kind, modified,
                              size};
    return test::written([&](Writer& out) { put_listing_row(out, format, entry, true); });
}
std::string begin(const std::string& path, ListingOrder order = {}, bool sorted = true,
                  ListingFormat format = html) {
    return test::written(
        [&](Writer& out) { put_listing_begin(out, format, test::bytes(path), order, sorted); });
}
std::string end(ListingFormat format) {
    return test::written([&](Writer& out) { put_listing_end(out, format); });
}

TEST(Listing, RowsLinkAndDescribe) {
    EXPECT_EQ(row(html, "a b"), "<tr><td><a href=\"a%20b\">a b</a></td>"
                                "<td title=\"42 bytes\">42 B</td>"
                                "<td><time datetime=\"2000-02-29 00:00:06Z\">"
                                "2000-02-29 00:00</time></td></tr>\n");
    EXPECT_EQ(row(html, "sub", KTCP_ENTRY_DIRECTORY),
              "<tr><td><a href=\"sub/\">sub/</a></td><td></td>"
              "<td><time datetime=\"2000-02-29 00:00:06Z\">2000-02-29 00:00</time></td></tr>\n");
    EXPECT_EQ(row(html, "link", KTCP_ENTRY_OTHER),
              "<tr><td><a href=\"link\">link</a></td><td></td><td></td></tr>\n");
    EXPECT_THAT(row(html, "old", KTCP_ENTRY_FILE, 0, -1),
                HasSubstr("\"1969-12-31 23:59:59Z\">1969-12-31 23:59<"));
    EXPECT_THAT(row(html, "older", KTCP_ENTRY_FILE, 0, INT64_MIN), HasSubstr("\"0001-01-01 00:00"));
}

TEST(Listing, SizesAreRoundedForPeopleAndExact) {
    const auto shown = [](uint64_t size) {
        const std::string text = row(html, "x", KTCP_ENTRY_FILE, size);
        EXPECT_THAT(text, HasSubstr("title=\"" + std::to_string(size) + " bytes\">"));
        const size_t at = text.find(" bytes\">") + 8;
        return text.substr(at, text.find('<', at) - at);
    };
    EXPECT_EQ(shown(0), "0 B");
    EXPECT_EQ(shown(1023), "1023 B");
    EXPECT_EQ(shown(1024), "1.0 KiB");
    EXPECT_EQ(shown(1075), "1.0 KiB");
    EXPECT_EQ(shown(1076), "1.1 KiB");
    EXPECT_EQ(shown(1468006), "1.4 MiB");
    EXPECT_EQ(shown(102348), "99.9 KiB");
    EXPECT_EQ(shown(102349), "100 KiB");
    EXPECT_EQ(shown(1024 * 1024 - 513), "1023 KiB");
    EXPECT_EQ(shown(1024 * 1024 - 512), "1.0 MiB"); // never "1024 KiB"
    EXPECT_EQ(shown(5368709120), "5.0 GiB");
    EXPECT_EQ(shown(UINT64_MAX >> 4), "1.0 EiB");
    EXPECT_EQ(shown(UINT64_MAX), "16.0 EiB");
}

TEST(Listing, NamesCannotInject) {
    const std::string page = row(html, "<script>\"'&");
    EXPECT_THAT(page, Not(HasSubstr("<script>")));
    EXPECT_THAT(page, HasSubstr("href=\"%3Cscript%3E%22%27%26\">&lt;script&gt;&quot;&#39;&amp;<"));
    EXPECT_THAT(begin("<b>"), Not(HasSubstr("<b>")));
    EXPECT_THAT(row(html, "javascript:alert(1)"), HasSubstr("href=\"javascript%3Aalert%281%29\""));
}

TEST(Listing, LinksAreExactWhereNamesAreNotText) {
    EXPECT_THAT(row(html, "gr\xfcn\n"), HasSubstr("href=\"gr%FCn%0A\">gr\ufffdn␊</a>"));
    EXPECT_THAT(row(json, "gr\xfcn\n"),
                HasSubstr("\"name\":\"gr\ufffdn\\u000A\",\"href\":\"gr%FCn%0A\""));
}

TEST(Listing, OnlyTheRootHasNoParent) {
    EXPECT_THAT(begin(""), Not(HasSubstr("\"../\"")));
    EXPECT_THAT(begin("a"), HasSubstr("<a href=\"../\">..</a>"));
}

TEST(Listing, SaysWhichDirectoryItIs) {
    EXPECT_THAT(begin(""), HasSubstr("<title>Index of /</title>"));
    EXPECT_THAT(begin("a/ü"), HasSubstr("<h1>Index of /a/ü/</h1>"));
    // Of a long path the end, from a whole character on.
    std::string path;
    while (path.size() < 1000)
        path += "ü";
    const std::string page = begin(path + "end");
    EXPECT_THAT(page, HasSubstr("<h1>Index of …ü"));
    EXPECT_THAT(page, HasSubstr("üend/</h1>"));
    EXPECT_THAT(page, Not(HasSubstr("\ufffd")));
}

TEST(Listing, HeadsShowTheOrderAndChangeIt) {
    const auto button = [](char column, char order, const std::string& name) {
        return std::string("<form><input type=\"hidden\" name=\"C\" value=\"") + column +
               "\"><button name=\"O\" value=\"" + order + "\">" + name + "</button></form>";
    };
    std::string page = begin("");
    EXPECT_THAT(page, HasSubstr("<th scope=\"col\" aria-sort=\"ascending\">" +
                                button('N', 'D', "Name") + "</th>"));
    EXPECT_THAT(page, HasSubstr("<th scope=\"col\">" + button('S', 'A', "Size") + "</th>"));
    page = begin("", {Key::modified, true});
    EXPECT_THAT(page, HasSubstr("<th scope=\"col\" aria-sort=\"descending\">" +
                                button('M', 'A', "Modified (UTC)") + "</th>"));
    EXPECT_THAT(page, HasSubstr("<th scope=\"col\">" + button('N', 'A', "Name") + "</th>"));
    EXPECT_THAT(page, Not(HasSubstr("Not sorted")));
}

TEST(Listing, SaysWhereThereIsNoOrder) {
    const std::string page = begin("a", {Key::size, true}, false);
    EXPECT_THAT(page, HasSubstr("<p>Not sorted: there are too many entries.</p>"));
    EXPECT_THAT(page, Not(HasSubstr("aria-sort=\"")));
    EXPECT_THAT(page, Not(HasSubstr("<form")));
    EXPECT_THAT(page, HasSubstr("<th scope=\"col\">Size</th>"));
}

// A link for each order would be followed by whatever follows links.
TEST(Listing, NoLinkLeadsToAnotherOrder) {
    EXPECT_THAT(begin("a", {Key::size, true}), Not(HasSubstr("?")));
    EXPECT_THAT(begin("a"), Not(HasSubstr("action")));
}

TEST(Listing, NeedsNothingFromElsewhere) {
    const std::string page = begin("a") + row(html, "x") + end(html);
    for (const char* never : {"<script", "<link", "<img", "url(", "@import", "http:", "https:"})
        EXPECT_THAT(page, Not(HasSubstr(never)));
    EXPECT_THAT(page, HasSubstr("name=\"viewport\""));
    EXPECT_THAT(page, HasSubstr("color-scheme:light dark"));
    EXPECT_THAT(page, EndsWith("</tbody></table></body></html>\n"));
}

TEST(Listing, JsonHasAnObjectALine) {
    EXPECT_EQ(row(json, "a \"b\""),
              "{\"name\":\"a \\\"b\\\"\",\"href\":\"a%20%22b%22\",\"type\":\"file\","
              "\"mtime\":\"Tue, 29 Feb 2000 00:00:06 GMT\",\"size\":42}");
    EXPECT_EQ(row(json, "sub", KTCP_ENTRY_DIRECTORY),
              "{\"name\":\"sub\",\"href\":\"sub/\",\"type\":\"directory\","
              "\"mtime\":\"Tue, 29 Feb 2000 00:00:06 GMT\"}");
    EXPECT_EQ(row(json, "fifo", KTCP_ENTRY_OTHER),
              "{\"name\":\"fifo\",\"href\":\"fifo\",\"type\":\"other\"}");
    const ktcp_entry entry = {"x", 1, KTCP_ENTRY_OTHER, 0, 0};
    EXPECT_THAT(test::written([&](Writer& out) { put_listing_row(out, json, entry, false); }),
                StartsWith(",\n{"));
    EXPECT_EQ(begin("a", {}, true, json) + end(json), "[\n\n]\n");
}

TEST(Listing, ReadsTheOrderFromTheQuery) {
    const auto order = [](std::string_view query) {
        const ListingOrder found = listing_order_of(test::bytes(query));
        return std::string(1, "NSM"[static_cast<int>(found.key)]) + (found.descending ? "D" : "A");
    };
    EXPECT_EQ(order(""), "NA");
    EXPECT_EQ(order("?"), "NA");
    EXPECT_EQ(order("?C=N&O=D"), "ND");
    EXPECT_EQ(order("?C=S;O=A"), "SA");
    EXPECT_EQ(order("?O=D;C=M"), "MD");
    EXPECT_EQ(order("?C=M"), "MA");
    EXPECT_EQ(order("?O=D"), "ND");
    EXPECT_EQ(order("?x=1&C=S&&O=D&"), "SD");
    EXPECT_EQ(order("?C=S&C=M"), "MA");
    // Not one of the values: the default order.
    for (const char* query : {"?C=D&O=D", "?C=S&O=", "?C=S&O=d", "?C=&O=D", "?C=SS&O=D",
                              "?C=S&O=DD", "?O=D&C=%53", "?O=D&C=D"})
        EXPECT_EQ(order(query), "NA") << query;
    // Not parameters of ours.
    for (const char* query : {"?C", "?c=S", "?C%3DS", "?CO=D", "?&;&", "?=", "?xC=S"})
        EXPECT_EQ(order(query), "NA") << query;
}

TEST(Listing, PiecesAreBoundedAsPromised) {
    size_t row_most = 0, begin_most = 0;
    for (int i = 1; i < 256; i++) {
        if (i == '/')
            continue;
        const char c = static_cast<char>(i);
        const std::string name(KTCP_NAME_MAX, c);
        for (ktcp_entry_kind kind : {KTCP_ENTRY_FILE, KTCP_ENTRY_DIRECTORY, KTCP_ENTRY_OTHER})
            for (ListingFormat format : {html, json}) {
                const std::string one = row(format, name, kind, UINT64_MAX - 1023, INT64_MAX);
                row_most = std::max(row_most, one.size() + 2); // ",\n"
            }
        for (bool sorted : {true, false})
            begin_most = std::max(
                begin_most, begin(std::string(4095, c), {Key::modified, true}, sorted).size());
    }
    EXPECT_LE(row_most, listing_row_max);
    EXPECT_LE(begin_most, listing_begin_max);
    EXPECT_LE(end(html).size(), listing_end_max);
    EXPECT_LE(end(json).size(), listing_end_max);
}

} // namespace
} // namespace ktcp::http
