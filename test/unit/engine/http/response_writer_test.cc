// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/response_writer.hh"
#include "text.hh"

#include <gmock/gmock.h>

namespace ktcp::http {
namespace {

std::string head_of(ResponseHead head) {
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

TEST(ResponseWriter, WritesWhatIsKnownOfARepresentation) {
    ResponseHead head;
    head.status = Status::partial_content;
    head.content_type = "text/css"_b;
    head.length = 5;
    head.entity_tag = "\"a-b\""_b;
    head.accept_ranges = true;
    head.content_coding = "gzip"_b;
    head.cache_control = "max-age=60"_b;
    head.vary = "Accept-Encoding"_b;
    EXPECT_EQ(head_of(head), "HTTP/1.1 206 Partial Content\r\n"
                             "Server: ktcp\r\n"
                             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                             "Content-Type: text/css\r\n"
                             "Content-Length: 5\r\n"
                             "ETag: \"a-b\"\r\n"
                             "Accept-Ranges: bytes\r\n"
                             "Content-Encoding: gzip\r\n"
                             "Cache-Control: max-age=60\r\n"
                             "Vary: Accept-Encoding\r\n"
                             "\r\n");
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

} // namespace
} // namespace ktcp::http
