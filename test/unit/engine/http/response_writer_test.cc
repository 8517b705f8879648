// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/response_writer.hh"
#include "text.hh"

#include <gmock/gmock.h>

namespace ktcp::http {
namespace {

constexpr int64_t now = 784111777;

std::string head_of(ResponseHead head) {
    head.now = now;
    head.date = "Sun, 06 Nov 1994 08:49:37 GMT"_b;
    return test::written([&](Writer& out) {
        put_head(out, head);
        end_head(out);
    });
}

TEST(ResponseWriter, WritesAFilesHead) {
    ResponseHead head;
    head.content_type = "text/css"_b;
    head.length = 5368709120;
    head.has_last_modified = true;
    head.last_modified = 784111776;
    EXPECT_EQ(head_of(head), "HTTP/1.1 200 OK\r\n"
                             "Server: ktcp\r\n"
                             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                             "Content-Type: text/css\r\n"
                             "Content-Length: 5368709120\r\n"
                             "Last-Modified: Sun, 06 Nov 1994 08:49:36 GMT\r\n"
                             "\r\n");
}

TEST(ResponseWriter, NeverDatesAFileInTheFuture) {
    ResponseHead head;
    head.has_last_modified = true;
    head.last_modified = now + 1000;
    EXPECT_THAT(head_of(head), testing::HasSubstr("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"));
}

TEST(ResponseWriter, SaysHowTheConnectionGoesOn) {
    ResponseHead head;
    head.status = Status::not_found;
    head.framing = ResponseHead::Framing::chunked;
    head.persistence = Persistence::close;
    EXPECT_EQ(head_of(head), "HTTP/1.1 404 Not Found\r\n"
                             "Server: ktcp\r\n"
                             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                             "Transfer-Encoding: chunked\r\n"
                             "Connection: close\r\n"
                             "\r\n");
    head.framing = ResponseHead::Framing::none;
    head.persistence = Persistence::keep_alive;
    EXPECT_THAT(head_of(head), testing::EndsWith("GMT\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(ResponseWriter, PagesHaveTheSizeThatTheyClaim) {
#define KTCP_CHECK(code, name, phrase)                                                             \
    {                                                                                              \
        const std::string page =                                                                   \
            test::written([](Writer& out) { put_status_page(out, Status::name); });                \
        EXPECT_EQ(page.size(), status_page_size(Status::name));                                    \
        EXPECT_THAT(page, testing::HasSubstr("<h1>" #code " " phrase "</h1>"));                    \
    }
    KTCP_HTTP_STATUSES(KTCP_CHECK)
#undef KTCP_CHECK
}

} // namespace
} // namespace ktcp::http
