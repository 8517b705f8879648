// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/listing.hh"
#include "text.hh"

#include <gmock/gmock.h>

namespace ktcp::http {
namespace {

using testing::HasSubstr;
using testing::Not;

ktcp_entry entry_of(const std::string& name, ktcp_entry_kind kind) {
    return {name.data(), static_cast<uint32_t>(name.size()), kind, 951782400, 42};
}
std::string row(const std::string& name, ktcp_entry_kind kind = KTCP_ENTRY_FILE) {
    const ktcp_entry entry = entry_of(name, kind);
    return test::written([&](Writer& out) { put_listing_row(out, entry); });
}
std::string begin(const std::string& path) {
    return test::written([&](Writer& out) { put_listing_begin(out, test::bytes(path)); });
}

TEST(Listing, RowsLinkAndDescribe) {
    EXPECT_THAT(row("a b"),
                HasSubstr("<a href=\"a%20b\">a b</a></td><td>42</td><td>2000-02-29 00:00"));
    EXPECT_THAT(row("sub", KTCP_ENTRY_DIRECTORY),
                HasSubstr("<a href=\"sub/\">sub/</a></td><td></td>"));
    EXPECT_THAT(row("link", KTCP_ENTRY_OTHER), HasSubstr("link</a></td><td></td><td></td>"));
}

TEST(Listing, NamesCannotInject) {
    const std::string page = row("<script>\"'&");
    EXPECT_THAT(page, Not(HasSubstr("<script>")));
    EXPECT_THAT(page, HasSubstr("href=\"%3Cscript%3E%22%27%26\""));
    EXPECT_THAT(begin("<b>"), Not(HasSubstr("<b>")));
}

TEST(Listing, OnlyTheRootHasNoParent) {
    EXPECT_THAT(begin(""), Not(HasSubstr("\"../\"")));
    EXPECT_THAT(begin("a"), HasSubstr("<a href=\"../\">..</a>"));
}

TEST(Listing, PiecesAreBoundedAsPromised) {
    for (char c : {'\'', '"', '\x01', 'x', '\xff'}) {
        EXPECT_LE(row(std::string(KTCP_NAME_MAX, c), KTCP_ENTRY_DIRECTORY).size(), listing_row_max);
        EXPECT_LE(begin(std::string(4095, c)).size(), listing_begin_max);
    }
    EXPECT_LE(test::written([](Writer& out) { put_listing_end(out); }).size(), listing_end_max);
}

} // namespace
} // namespace ktcp::http
