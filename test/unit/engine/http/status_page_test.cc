// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/status_page.hh"
#include "text.hh"

#include <gmock/gmock.h>

namespace ktcp::http {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page_of(Status status) {
    return test::written([=](Writer& out) { put_status_page(out, status); });
}

// Statuses whose response has content of its own, or none at all.
bool has_page(Status status) {
    return status != Status::ok && status != Status::no_content &&
           status != Status::partial_content && status != Status::not_modified;
}

TEST(StatusPage, EachHasItsSizeAndIsSmall) {
#define KTCP_CHECK(code, name, phrase)                                                             \
    EXPECT_EQ(page_of(Status::name).size(), status_page_size(Status::name)) << phrase;             \
    EXPECT_LE(status_page_size(Status::name), status_page_max) << phrase;
    KTCP_HTTP_STATUSES(KTCP_CHECK)
#undef KTCP_CHECK
}

TEST(StatusPage, EachExplainsItself) {
#define KTCP_CHECK(code, name, phrase)                                                             \
    if (has_page(Status::name)) {                                                                  \
        const std::string page = page_of(Status::name);                                            \
        EXPECT_THAT(page, HasSubstr("<title>" #code " " phrase "</title>"));                       \
        EXPECT_THAT(page, HasSubstr("<h1>" #code " " phrase "</h1>\n<p>"));                        \
        EXPECT_THAT(page, testing::ContainsRegex("<p>[A-Z][^<]{20,}[.?]</p>"));                    \
        EXPECT_THAT(page, testing::EndsWith("</body></html>\n"));                                  \
    }
    KTCP_HTTP_STATUSES(KTCP_CHECK)
#undef KTCP_CHECK
}

TEST(StatusPage, LeadsToTheStartWhereThatHelps) {
    EXPECT_THAT(page_of(Status::not_found), HasSubstr("<a href=\"/\">"));
    EXPECT_THAT(page_of(Status::forbidden), HasSubstr("<a href=\"/\">"));
    // This name has no site, so it has no start page either.
    EXPECT_THAT(page_of(Status::misdirected_request), Not(HasSubstr("<a ")));
    EXPECT_THAT(page_of(Status::moved_permanently), Not(HasSubstr("<a ")));
}

TEST(StatusPage, NeedsNothingFromElsewhere) {
    const std::string page = page_of(Status::not_found);
    for (const char* never : {"<script", "<link", "<img", "url(", "@import", "http:", "https:"})
        EXPECT_THAT(page, Not(HasSubstr(never)));
    EXPECT_THAT(page, HasSubstr("name=\"viewport\""));
    EXPECT_THAT(page, HasSubstr("color-scheme:light dark"));
}

} // namespace
} // namespace ktcp::http
