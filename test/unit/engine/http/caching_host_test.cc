// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the engine does for hosts that keep answers: descriptions, renderings, and what it
// takes for compressible.
#include "http/listing_kind.hh"
#include "ktcp/http.h"
#include "os_stub.hh"

#include <gmock/gmock.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace ktcp::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const ktcp_protocol& http = ktcp_http_protocol;
constexpr int64_t now_seconds = 784111777; // Sun, 06 Nov 1994 08:49:37 GMT
constexpr ktcp_now now = {KTCP_SECOND, now_seconds};

ktcp_resource_request request_for(const char* path, uint32_t rendering = 0) {
    ktcp_resource_request request = {};
    request.path = path;
    request.size = std::strlen(path);
    request.rendering = rendering;
    request.codings[0] = KTCP_CODING_IDENTITY;
    return request;
}

ktcp_resource a_file() {
    ktcp_resource file = {};
    file.status = KTCP_RESOURCE_FILE;
    file.modified_seconds = now_seconds - 100;
    file.size = 12;
    file.inode = 42;
    file.coding = KTCP_CODING_IDENTITY;
    return file;
}

std::string description(const ktcp_http_config& config, const ktcp_resource_request& request,
                        const ktcp_resource& resource) {
    char place[KTCP_DESCRIPTION_MAX];
    return {place, http.describe(&config, &request, &resource, &now, place)};
}

class CachingHost : public testing::Test {
protected:
    // The answer to a request by a session that is handed this resource.
    std::string answer(const std::string& target, const std::string& fields,
                       const ktcp_resource& resource) {
        std::vector<char> memory(http.session_size);
        void* const session = memory.data();
        http.open(session, &os_, &config_, &now);
        const ktcp_space space = http.receive_space(session);
        const std::string text = "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
        std::memcpy(space.data, text.data(), text.size());
        EXPECT_EQ(http.received(session, text.size(), &now), KTCP_WANT_RESOURCE);
        if (target == "/") { // there is no index page
            ktcp_resource none = {};
            none.status = KTCP_RESOURCE_NOT_FOUND;
            EXPECT_EQ(http.resource(session, &none, &now), KTCP_WANT_RESOURCE);
        }
        asked_for_ = http.resource_request(session).rendering;
        os_.resources++;
        EXPECT_EQ(http.resource(session, &resource, &now), KTCP_WANT_SEND);
        ktcp_segment segments[KTCP_SEGMENTS_MAX];
        const unsigned count = http.output(session, segments);
        std::string head(static_cast<const char*>(segments[0].data), segments[0].size);
        if (count == 2)
            range_ = {segments[1].offset, segments[1].size};
        http.close(session);
        return head;
    }

    test::OsStub os_;
    ktcp_http_config config_ = [] {
        ktcp_http_config config = ktcp_http_config_default();
        config.has_root = true;
        config.cache_control = "max-age=60";
        return config;
    }();
    uint32_t asked_for_ = 0;
    std::pair<uint64_t, uint64_t> range_{};
};

// The head from a description is the one that the session writes without it.
TEST_F(CachingHost, DescriptionsChangeNothing) {
    for (uint8_t coding : {KTCP_CODING_IDENTITY, KTCP_CODING_GZIP, KTCP_CODING_ZSTD})
        for (bool varies : {false, true}) {
            ktcp_resource file = a_file();
            file.coding = coding;
            file.varies = varies;
            const std::string fields = "Accept-Encoding: gzip, zstd\r\n";
            const std::string plain = answer("/a.txt", fields, file);
            const std::string kept = description(config_, request_for("a.txt"), file);
            EXPECT_FALSE(kept.empty());
            file.head = kept.data();
            file.head_size = static_cast<uint32_t>(kept.size());
            EXPECT_EQ(answer("/a.txt", fields, file), plain);
            EXPECT_EQ(range_, std::pair(uint64_t{0}, uint64_t{12}));
        }
}

TEST_F(CachingHost, DescriptionsSayWhatHoldsForAll) {
    const std::string kept = description(config_, request_for("a.html"), a_file());
    EXPECT_THAT(kept, StartsWith("\r\nContent-Type: text/html; charset=utf-8"));
    EXPECT_THAT(kept, HasSubstr("\r\nContent-Length: 12"));
    EXPECT_THAT(kept, HasSubstr("\r\nLast-Modified: Sun, 06 Nov 1994 08:47:57 GMT"));
    EXPECT_THAT(kept, HasSubstr("\r\nAccept-Ranges: bytes"));
    EXPECT_THAT(kept, HasSubstr("\r\nCache-Control: max-age=60"));
    EXPECT_THAT(kept, Not(HasSubstr("Date")));
    EXPECT_THAT(kept, Not(EndsWith("\r\n")));
}

// A description is no reason to send a whole file where the request asks for less.
TEST_F(CachingHost, DescriptionsAreForWholeAnswersOnly) {
    ktcp_resource file = a_file();
    const std::string kept = description(config_, request_for("a.txt"), file);
    file.head = kept.data();
    file.head_size = static_cast<uint32_t>(kept.size());
    EXPECT_THAT(answer("/a.txt", "Range: bytes=2-3\r\n", file), HasSubstr("206 Partial Content"));
    EXPECT_EQ(range_, std::pair(uint64_t{2}, uint64_t{2}));
    EXPECT_THAT(answer("/a.txt", "If-None-Match: *\r\n", file), HasSubstr("304 Not Modified"));
}

// Last-Modified must not lie ahead of Date, so it changes from answer to answer.
TEST_F(CachingHost, NothingIsKeptOfAFileFromTheFuture) {
    ktcp_resource file = a_file();
    file.modified_seconds = now_seconds + 1;
    EXPECT_EQ(description(config_, request_for("a.txt"), file), "");
    file.modified_seconds = now_seconds;
    EXPECT_NE(description(config_, request_for("a.txt"), file), "");
}

// The host's clock may be a moment behind the file system's: who has what was there before the
// file was changed must not be told that it still is.
TEST_F(CachingHost, WhatWasModifiedAfterNowWasModifiedSinceNow) {
    const std::string now_date = "Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    ktcp_resource file = a_file();
    file.modified_seconds = now_seconds + 1;
    EXPECT_THAT(answer("/a.txt", "If-Modified-Since: " + now_date, file), HasSubstr("200 OK"));
    EXPECT_THAT(answer("/a.txt", "If-Unmodified-Since: " + now_date, file),
                HasSubstr("412 Precondition Failed"));
    EXPECT_THAT(answer("/a.txt", "", file), HasSubstr("Last-Modified: " + now_date));
    file.modified_seconds = now_seconds;
    EXPECT_THAT(answer("/a.txt", "If-Modified-Since: " + now_date, file),
                HasSubstr("304 Not Modified"));
}

TEST_F(CachingHost, NothingIsSaidOfADirectory) {
    ktcp_resource directory = a_file();
    directory.status = KTCP_RESOURCE_DIRECTORY;
    EXPECT_EQ(description(config_, request_for("a"), directory), "");
}

TEST_F(CachingHost, ALongCacheControlFits) {
    const std::string longest(KTCP_HTTP_VALUE_MAX, 'x');
    config_.cache_control = longest.c_str();
    ktcp_resource file = a_file();
    file.size = file.inode = UINT64_MAX;
    file.coding = KTCP_CODING_DEFLATE;
    file.varies = true;
    EXPECT_THAT(description(config_, request_for("a.html"), file), HasSubstr(longest));
}

TEST_F(CachingHost, CountsCodedAnswers) {
    ktcp_resource file = a_file();
    file.coding = KTCP_CODING_ZSTD;
    answer("/a.txt", "Accept-Encoding: zstd\r\n", file);
    EXPECT_EQ(os_.counters[KTCP_COUNT_coded_zstd], 1);
    EXPECT_EQ(os_.counters[KTCP_COUNT_coded_gzip], 0);
}

TEST(ListingKindNumber, IsOneToOneAndNeverZero) {
    std::set<uint32_t> numbers;
    for (auto format : {ListingFormat::html, ListingFormat::json})
        for (auto key :
             {ListingOrder::Key::name, ListingOrder::Key::size, ListingOrder::Key::modified})
            for (bool descending : {false, true}) {
                const ListingKind kind = {format, {key, descending}};
                const ListingKind back = ListingKind::of(kind.number());
                EXPECT_EQ(back.format, format);
                EXPECT_EQ(back.order.key, key);
                EXPECT_EQ(back.order.descending, descending);
                numbers.insert(kind.number());
            }
    EXPECT_EQ(numbers.size(), 12u);
    EXPECT_EQ(numbers.count(0), 0u);
}

class RenderedListing : public CachingHost {
protected:
    // Empty: it was given up.
    std::string render(const ktcp_resource_request& request, int entries) {
        std::vector<char> memory(http.rendering_size);
        void* const rendering = memory.data();
        std::string text;
        bool going = http.render_open(rendering, &os_, &config_, &request);
        for (int i = entries; going && i-- > 0;) {
            const std::string name = "file-" + std::to_string(100000 + i);
            const ktcp_entry entry = {name.data(), static_cast<uint32_t>(name.size()),
                                      KTCP_ENTRY_FILE, now_seconds, 12};
            going = http.render_entry(rendering, &entry);
        }
        char place[KTCP_RENDERING_STEP];
        while (going) {
            const size_t n = http.render_read(rendering, place, sizeof place);
            if (n == 0)
                break;
            text.append(place, n);
        }
        http.render_close(rendering);
        EXPECT_EQ(os_.spares, 0);
        return text;
    }
};

TEST_F(RenderedListing, IsWholeAndInOrder) {
    const ktcp_resource_request request = request_for("dir", ListingKind{}.number());
    const std::string page = render(request, 1000);
    EXPECT_TRUE(page.starts_with("<!DOCTYPE html>")); // a page is too long to be shown
    EXPECT_NE(page.find("Index of /dir/"), std::string::npos);
    EXPECT_TRUE(page.ends_with("</html>\n"));
    size_t at = 0;
    for (int i = 0; i < 1000; i++) {
        at = page.find(">file-" + std::to_string(100000 + i) + "<", at);
        ASSERT_NE(at, std::string::npos) << i;
    }
}

TEST_F(RenderedListing, OfNothing) {
    const ktcp_resource_request request =
        request_for("", ListingKind{ListingFormat::json, {}}.number());
    const std::string page = render(request, 0);
    EXPECT_THAT(page, StartsWith("["));
    EXPECT_THAT(page, HasSubstr("]"));
}

TEST_F(RenderedListing, GivesUpBeyondSortSize) {
    config_.sort_size = KTCP_BUFFER_SIZE;
    const ktcp_resource_request request = request_for("", ListingKind{}.number());
    EXPECT_EQ(render(request, 10000), "");
}

TEST_F(RenderedListing, IsAnsweredWithItsLength) {
    ktcp_resource directory = a_file();
    directory.status = KTCP_RESOURCE_DIRECTORY;
    directory.rendered = true;
    directory.size = 4711;
    const std::string head = answer("/", "Accept: application/json\r\n", directory);
    EXPECT_EQ(asked_for_, (ListingKind{ListingFormat::json, {}}.number()));
    EXPECT_THAT(head, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(head, HasSubstr("Content-Length: 4711\r\n"));
    EXPECT_THAT(head, HasSubstr("Vary: Accept\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
    EXPECT_THAT(head, Not(HasSubstr("ETag")));
    EXPECT_EQ(range_, std::pair(uint64_t{0}, uint64_t{4711}));

    const std::string kept = description(config_, request_for("", asked_for_), directory);
    directory.head = kept.data();
    directory.head_size = static_cast<uint32_t>(kept.size());
    EXPECT_EQ(answer("/", "Accept: application/json\r\n", directory), head);
}

TEST_F(RenderedListing, InACoding) {
    ktcp_resource directory = a_file();
    directory.status = KTCP_RESOURCE_DIRECTORY;
    directory.rendered = directory.varies = true;
    directory.coding = KTCP_CODING_GZIP;
    const std::string head = answer("/", "Accept-Encoding: gzip\r\n", directory);
    EXPECT_THAT(head, HasSubstr("Content-Encoding: gzip\r\n"));
    EXPECT_THAT(head, HasSubstr("Vary: Accept, Accept-Encoding\r\n"));
    EXPECT_THAT(answer("/", "", directory), HasSubstr("406 Not Acceptable"));
}

TEST(Compressible, ByMediaType) {
    ktcp_resource file = a_file();
    const auto compressible = [&file](const char* path) {
        const ktcp_resource_request request = request_for(path);
        return http.compressible(&request, &file);
    };
    for (const char* path : {"a.txt", "a.html", "index.html", "a.css", "a.js", "a.json", "a.svg",
                             "a.xml", "a.wasm", "a.csv", "a.c", "d/feed.rss"})
        EXPECT_TRUE(compressible(path)) << path;
    for (const char* path : {"a.png", "a.jpg", "a.gz", "a.zst", "a.mp4", "a.woff2", "a.zip", "a"})
        EXPECT_FALSE(compressible(path)) << path;
    file.status = KTCP_RESOURCE_DIRECTORY;
    file.rendered = true;
    EXPECT_TRUE(compressible(""));
}

} // namespace
} // namespace ktcp::http
