// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a session does besides answering correctly, which test/conformance shows:
// what it holds when, its deadlines, draining, and running out of memory.
#include "ktcp/http.h"
#include "os_stub.hh"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const ktcp_protocol& http = ktcp_http_protocol;

ktcp_http_config short_times() {
    ktcp_http_config config = ktcp_http_config_default();
    config.has_root = true;
    config.head_timeout = 10;
    config.idle_timeout = 60;
    config.send_timeout = 30;
    config.linger_timeout = 2;
    config.head_size = 1024;
    config.body_size = 100;
    config.send_rate = 0;
    return config;
}

class HttpSession : public testing::Test {
protected:
    void open() {
        memory_.resize(http.session_size);
        EXPECT_EQ(http.open(session(), &os_, &config_, &now_), KTCP_WANT_RECEIVE);
    }
    ~HttpSession() override {
        if (!memory_.empty())
            http.close(session());
        EXPECT_EQ(os_.spares, 0);
        EXPECT_EQ(os_.resources, 0);
    }

    void* session() { return memory_.data(); }

    ktcp_verdict receive(const std::string& text) {
        const ktcp_space space = http.receive_space(session());
        EXPECT_LE(text.size(), space.size);
        std::memcpy(space.data, text.data(), text.size());
        return http.received(session(), text.size(), &now_);
    }
    ktcp_verdict get(const std::string& target, const std::string& fields = "") {
        return receive("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    }
    std::string wanted() {
        const ktcp_resource_request request = http.resource_request(session());
        EXPECT_EQ(request.path[request.size], '\0');
        return {request.path, request.size};
    }
    ktcp_verdict found(ktcp_resource_status status, uint64_t size = 0) {
        if (status == KTCP_RESOURCE_FILE || status == KTCP_RESOURCE_DIRECTORY)
            os_.resources++;
        ktcp_resource resource = {};
        resource.status = status;
        resource.modified_seconds = 951782400;
        resource.size = size;
        resource.inode = 1;
        resource.coding = KTCP_CODING_IDENTITY;
        return http.resource(session(), &resource, &now_);
    }
    // The memory part of the output; file bytes are counted in file_.
    std::string output() {
        ktcp_segment segments[KTCP_SEGMENTS_MAX];
        std::string text;
        file_ = 0;
        const unsigned count = http.output(session(), segments);
        for (unsigned i = 0; i < count; i++)
            if (segments[i].data)
                text.append(static_cast<const char*>(segments[i].data), segments[i].size);
            else
                file_ += segments[i].size;
        return text;
    }
    ktcp_verdict send_all() {
        const std::string text = output();
        sent_ += text;
        return http.sent(session(), text.size() + file_, &now_);
    }
    void pass(uint64_t milliseconds) { now_.monotonic += milliseconds * KTCP_MILLISECOND; }
    uint64_t patience() { return (http.deadline(session()) - now_.monotonic) / KTCP_MILLISECOND; }

    ktcp_http_config config_ = short_times();
    ktcp_now now_ = {1000 * KTCP_SECOND, 784111777};
    ktcp::test::OsStub os_;
    uint64_t file_ = 0;
    std::string sent_;

private:
    std::vector<char> memory_;
};

TEST_F(HttpSession, AnIdleClientHoldsNothing) {
    open();
    EXPECT_EQ(os_.buffers, 0);
    EXPECT_EQ(get("/a"), KTCP_WANT_RESOURCE);
    EXPECT_EQ(wanted(), "a");
    EXPECT_EQ(found(KTCP_RESOURCE_FILE, 5), KTCP_WANT_SEND);
    EXPECT_EQ(send_all(), KTCP_WANT_RECEIVE);
    EXPECT_EQ(os_.buffers, 0);
    EXPECT_EQ(os_.resources, 0);
}

TEST_F(HttpSession, ALongDownloadHoldsTheFileOnly) {
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 5000000000);
    EXPECT_EQ(http.sent(session(), output().size() + 1, &now_), KTCP_WANT_SEND);
    EXPECT_EQ(os_.buffers, 0);
    EXPECT_EQ(os_.resources, 1);
    EXPECT_EQ(output(), "");
    EXPECT_EQ(file_, 4999999999u);
}

TEST_F(HttpSession, AsksForTheIndexAndThenForTheDirectory) {
    open();
    get("/d/");
    EXPECT_EQ(wanted(), "d/index.html");
    EXPECT_EQ(found(KTCP_RESOURCE_NOT_FOUND), KTCP_WANT_RESOURCE);
    EXPECT_EQ(wanted(), "d");
    EXPECT_EQ(found(KTCP_RESOURCE_DIRECTORY), KTCP_WANT_ENTRIES);
    EXPECT_EQ(http.end_of_entries(session(), KTCP_RESOURCE_DIRECTORY, &now_), KTCP_WANT_SEND);
    EXPECT_EQ(send_all(), KTCP_WANT_RECEIVE);
    EXPECT_THAT(sent_, EndsWith("\r\n0\r\n\r\n"));
    get("/");
    EXPECT_EQ(wanted(), "index.html");
    EXPECT_EQ(found(KTCP_RESOURCE_DIRECTORY), KTCP_WANT_RESOURCE); // of that name
    EXPECT_EQ(wanted(), "");
    EXPECT_EQ(found(KTCP_RESOURCE_FORBIDDEN), KTCP_WANT_SEND);
    EXPECT_THAT(output(), StartsWith("HTTP/1.1 403 "));
}

TEST_F(HttpSession, StreamsAListingOfAnyLengthThroughOneBuffer) {
    config_.sort_size = 0;
    open();
    get("/");
    found(KTCP_RESOURCE_NOT_FOUND);
    ktcp_verdict verdict = found(KTCP_RESOURCE_DIRECTORY);
    const std::string name(KTCP_NAME_MAX, '"');
    const ktcp_entry entry = {name.data(), KTCP_NAME_MAX, KTCP_ENTRY_DIRECTORY, 0, 0};
    for (int i = 0; i < 1000; i++) {
        ASSERT_EQ(verdict, KTCP_WANT_ENTRIES);
        verdict = http.entry(session(), &entry, &now_);
        if (verdict == KTCP_WANT_SEND)
            verdict = send_all();
        EXPECT_LE(os_.buffers, 2);
    }
    EXPECT_EQ(http.end_of_entries(session(), KTCP_RESOURCE_DIRECTORY, &now_), KTCP_WANT_SEND);
    EXPECT_EQ(send_all(), KTCP_WANT_RECEIVE);
    size_t rows = 0;
    for (size_t at = 0; (at = sent_.find("</tr>", at)) != std::string::npos; at++)
        rows++;
    EXPECT_EQ(rows, 1001u);
}

// The rows' names in the order in which they came.
std::vector<std::string> names_of(const std::string& json) {
    std::vector<std::string> names;
    const std::string mark = "\"name\":";
    for (size_t at = json.find(mark); at != std::string::npos; at = json.find(mark, at + 1)) {
        const size_t begin = json.find('"', at + mark.size()) + 1;
        names.push_back(json.substr(begin, json.find('"', begin) - begin));
    }
    return names;
}

TEST_F(HttpSession, SortsAListingInSpareMemory) {
    open();
    get("/?C=N&O=D", "Accept: application/json\r\n");
    found(KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(found(KTCP_RESOURCE_DIRECTORY), KTCP_WANT_ENTRIES);
    std::vector<std::string> expected;
    for (int i = 0; i < 1000; i++) {
        const std::string name = "n" + std::to_string(10000 + i * 7919 % 1000);
        const ktcp_entry entry = {name.data(), uint32_t(name.size()), KTCP_ENTRY_FILE, 0, 0};
        ASSERT_EQ(http.entry(session(), &entry, &now_), KTCP_WANT_ENTRIES);
        expected.push_back(name);
    }
    EXPECT_GT(os_.spares, 1);
    ktcp_verdict verdict = http.end_of_entries(session(), KTCP_RESOURCE_DIRECTORY, &now_);
    EXPECT_EQ(os_.resources, 0); // the directory is not needed any more
    while (verdict == KTCP_WANT_SEND)
        verdict = send_all();
    EXPECT_EQ(verdict, KTCP_WANT_RECEIVE);
    EXPECT_EQ(os_.spares, 0);
    std::sort(expected.rbegin(), expected.rend());
    EXPECT_EQ(names_of(sent_), expected);
}

TEST_F(HttpSession, AListingThatIsTooLargeToBeSortedIsWholeAllTheSame) {
    config_.sort_size = 3 * KTCP_BUFFER_SIZE;
    for (int stop_at : {1, 100, 100000}) { // entries until the client goes
        open();
        sent_.clear();
        get("/", "Accept: application/json\r\n");
        found(KTCP_RESOURCE_NOT_FOUND);
        ktcp_verdict verdict = found(KTCP_RESOURCE_DIRECTORY);
        std::vector<std::string> expected;
        for (int i = 0; i < 2000 && i < stop_at; i++) {
            const std::string name = "n" + std::to_string(i);
            const ktcp_entry entry = {name.data(), uint32_t(name.size()), KTCP_ENTRY_FILE, 0, 0};
            ASSERT_EQ(verdict, KTCP_WANT_ENTRIES);
            verdict = http.entry(session(), &entry, &now_);
            while (verdict == KTCP_WANT_SEND)
                verdict = send_all();
            expected.push_back(name);
            EXPECT_LE(os_.spares, 3);
        }
        if (expected.size() == 2000) {
            verdict = http.end_of_entries(session(), KTCP_RESOURCE_DIRECTORY, &now_);
            while (verdict == KTCP_WANT_SEND)
                verdict = send_all();
            EXPECT_EQ(verdict, KTCP_WANT_RECEIVE);
            std::vector<std::string> names = names_of(sent_);
            std::sort(names.begin(), names.end());
            std::sort(expected.begin(), expected.end());
            EXPECT_EQ(names, expected);
        }
        http.close(session());
        EXPECT_EQ(os_.spares, 0);
    }
    open();
}

TEST_F(HttpSession, AnUnfinishedListingIsNotPassedOffAsWhole) {
    config_.sort_size = 0;
    open();
    get("/");
    found(KTCP_RESOURCE_NOT_FOUND);
    found(KTCP_RESOURCE_DIRECTORY);
    EXPECT_EQ(http.end_of_entries(session(), KTCP_RESOURCE_FAILED, &now_), KTCP_ABORT);
}

TEST_F(HttpSession, AListingThatFailsBeforeItBeganIsAnError) {
    open();
    get("/");
    found(KTCP_RESOURCE_NOT_FOUND);
    found(KTCP_RESOURCE_DIRECTORY);
    EXPECT_EQ(http.end_of_entries(session(), KTCP_RESOURCE_FAILED, &now_), KTCP_WANT_SEND);
    EXPECT_THAT(output(), StartsWith("HTTP/1.1 500 "));
    EXPECT_EQ(os_.resources, 0);
}

TEST_F(HttpSession, ADirectoryThatIsClosedToUsOnceItWasFoundIsForbidden) {
    open();
    get("/");
    found(KTCP_RESOURCE_NOT_FOUND);
    found(KTCP_RESOURCE_DIRECTORY);
    EXPECT_EQ(http.end_of_entries(session(), KTCP_RESOURCE_FORBIDDEN, &now_), KTCP_WANT_SEND);
    EXPECT_THAT(output(), StartsWith("HTTP/1.1 403 "));
    EXPECT_EQ(os_.resources, 0);
}

TEST_F(HttpSession, SendsRangesPieceByPiece) {
    open();
    get("/a", "Range: bytes=0-9, 100-, 50-59\r\n");
    EXPECT_EQ(found(KTCP_RESOURCE_FILE, 5000000000), KTCP_WANT_SEND);
    std::vector<uint64_t> pieces;
    ktcp_verdict verdict = KTCP_WANT_SEND;
    uint64_t total = 0;
    while (verdict == KTCP_WANT_SEND) {
        verdict = send_all();
        pieces.push_back(file_);
        total += file_;
    }
    EXPECT_EQ(verdict, KTCP_WANT_RECEIVE);
    EXPECT_EQ(pieces, (std::vector<uint64_t>{10, 4999999900, 10, 0}));
    const size_t head = sent_.find("\r\n\r\n") + 4;
    EXPECT_THAT(sent_, HasSubstr("Content-Length: " + std::to_string(total + sent_.size() - head) +
                                 "\r\n"));
    EXPECT_EQ(os_.buffers, 0);
    EXPECT_EQ(os_.resources, 0);
}

TEST_F(HttpSession, ManyRangesBehindALongHead) {
    config_.head_size = KTCP_BUFFER_SIZE;
    const std::string value(KTCP_HTTP_VALUE_MAX, 'v');
    config_.cache_control = value.c_str();
    open();
    std::string ranges = "Range: bytes=0-0";
    for (int i = 2; i < 64; i += 2)
        ranges += "," + std::to_string(i) + "-" + std::to_string(i);
    get("/a", ranges + "\r\n");
    found(KTCP_RESOURCE_FILE, 5000000000);
    ktcp_verdict verdict = KTCP_WANT_SEND;
    int pieces = 0;
    while (verdict == KTCP_WANT_SEND) {
        verdict = send_all();
        pieces++;
    }
    EXPECT_EQ(pieces, 33);
    EXPECT_THAT(sent_, HasSubstr("Cache-Control: vvv"));
}

TEST_F(HttpSession, ChoosesTheRootByTheHost) {
    const ktcp_http_site sites[] = {{"one.test", 8, 1}, {"*.two.test", 10, 2}};
    config_.sites = sites;
    config_.site_count = 2;
    open();
    const auto root_of = [&](const std::string& host) {
        EXPECT_EQ(receive("GET /a HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), KTCP_WANT_RESOURCE);
        const uint32_t root = http.resource_request(session()).root;
        found(KTCP_RESOURCE_FILE, 1);
        send_all();
        return root;
    };
    EXPECT_EQ(root_of("one.test"), 1u);
    EXPECT_EQ(root_of("ONE.test.:81"), 1u);
    EXPECT_EQ(root_of("b.a.two.test"), 2u);
    EXPECT_EQ(root_of("two.test"), 0u);
    EXPECT_EQ(root_of(""), 0u);
    EXPECT_EQ(receive("GET http://one.test/a HTTP/1.1\r\nHost: x\r\n\r\n"), KTCP_WANT_RESOURCE);
    EXPECT_EQ(http.resource_request(session()).root, 1u);
}

TEST_F(HttpSession, NamesThatNoSiteHasAreMisdirectedWithoutADefaultRoot) {
    const ktcp_http_site sites[] = {{"one.test", 8, 1}};
    config_.sites = sites;
    config_.site_count = 1;
    config_.has_root = false;
    open();
    EXPECT_EQ(get("/a"), KTCP_WANT_SEND);
    EXPECT_THAT(output(), StartsWith("HTTP/1.1 421 "));
}

TEST_F(HttpSession, TheLastRequestOfAConnectionIsSaidToBe) {
    config_.max_requests = 2;
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 1);
    EXPECT_EQ(output().find("Connection:"), std::string::npos);
    send_all();
    get("/a");
    found(KTCP_RESOURCE_FILE, 1);
    EXPECT_THAT(output(), HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(send_all(), KTCP_CLOSE);
}

TEST_F(HttpSession, AClientMustTakeABodyAtSomeRate) {
    config_.send_rate = 1000; // bytes/s
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 1000000000000);
    http.sent(session(), output().size() + 5, &now_);
    EXPECT_EQ(patience(), 30u);
    // A byte each 20 ms is progress each time, but too little of it.
    uint64_t waited = 0;
    while (http.deadline(session()) > now_.monotonic && waited < 10000) {
        pass(20);
        waited += 20;
        http.sent(session(), 1, &now_);
    }
    EXPECT_LT(waited, 1000u);
    EXPECT_EQ(http.expired(session(), 0, &now_), KTCP_ABORT);
}

TEST_F(HttpSession, TheRateOfAHugeFileDoesNotOverflow) {
    config_.send_rate = 1;
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, uint64_t{1} << 62);
    for (uint64_t n : {uint64_t{18446744074}, uint64_t{1} << 40, uint64_t{1} << 60}) {
        http.sent(session(), output().size() + n, &now_);
        EXPECT_EQ(patience(), 30u) << n;
    }
}

TEST_F(HttpSession, AListingHasNoTagThatCouldMatch) {
    open();
    const auto status_with = [&](const std::string& fields) {
        get("/", fields);
        found(KTCP_RESOURCE_NOT_FOUND);
        if (found(KTCP_RESOURCE_DIRECTORY) == KTCP_WANT_ENTRIES)
            http.end_of_entries(session(), KTCP_RESOURCE_DIRECTORY, &now_);
        const std::string status = output().substr(9, 3);
        send_all();
        return status;
    };
    EXPECT_EQ(status_with("If-Match: \"x\"\r\n"), "412");
    EXPECT_EQ(status_with("If-Match: *\r\n"), "200");
    EXPECT_EQ(status_with("If-None-Match: *\r\n"), "304");
    EXPECT_EQ(status_with("If-None-Match: \"x\"\r\n"), "200");
    // Nor a date that could be compared.
    EXPECT_EQ(status_with("If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n"), "200");
    EXPECT_EQ(status_with("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "200");
}

TEST_F(HttpSession, AcknowledgedBytesAreProgress) {
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 1000000000000);
    http.sent(session(), output().size() + 1000000, &now_);
    pass(30);
    EXPECT_EQ(http.expired(session(), 1000, &now_), KTCP_WANT_SEND);
    EXPECT_EQ(patience(), 30u);
    EXPECT_EQ(os_.counters[KTCP_COUNT_timeouts], 0);
    pass(30);
    EXPECT_EQ(http.expired(session(), 1000, &now_), KTCP_ABORT);
}

TEST_F(HttpSession, AcknowledgedBytesDoNotMakeUpForTheRate) {
    config_.send_rate = 1000;
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 1000000000000);
    http.sent(session(), output().size(), &now_);
    pass(1000);
    EXPECT_EQ(http.expired(session(), 1000, &now_), KTCP_ABORT);
}

TEST_F(HttpSession, ContentFindsRoomBehindPipelinedRequests) {
    config_.head_size = KTCP_BUFFER_SIZE;
    open();
    std::string input = "GET /p HTTP/1.1\r\nHost: h\r\nA: " + std::string(7000, 'x') + "\r\n\r\n";
    const std::string last = "GET /d?q HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
    input += "GET /p HTTP/1.1\r\nHost: h\r\nA: " +
             std::string(KTCP_BUFFER_SIZE - input.size() - last.size() - 34 - 5, 'x') + "\r\n\r\n";
    input += last + "12345";
    EXPECT_EQ(receive(input), KTCP_WANT_RESOURCE);
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(wanted(), "p");
        found(KTCP_RESOURCE_FILE, 1);
        EXPECT_EQ(send_all(), KTCP_WANT_RESOURCE);
    }
    EXPECT_EQ(wanted(), "d");
    found(KTCP_RESOURCE_DIRECTORY);
    EXPECT_THAT(output(), HasSubstr("Location: /d/?q\r\n")); // the query has moved along
    EXPECT_EQ(send_all(), KTCP_WANT_RECEIVE);
}

TEST_F(HttpSession, LingeringHoldsNoBuffer) {
    open();
    receive("BAD\r\n");
    EXPECT_EQ(send_all(), KTCP_SHUTDOWN);
    EXPECT_EQ(receive("more"), KTCP_WANT_RECEIVE);
    EXPECT_EQ(os_.buffers, 0);
}

TEST_F(HttpSession, AClientThatKeepsTheRateIsServedForEver) {
    config_.send_rate = 1000;
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 1000000000000);
    http.sent(session(), output().size(), &now_);
    for (int i = 0; i < 100000; i++) {
        pass(20);
        http.sent(session(), 21, &now_);
        ASSERT_GT(http.deadline(session()), now_.monotonic) << i;
    }
}

TEST_F(HttpSession, AFileThatShrinksEndsTheConnection) {
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 100);
    EXPECT_EQ(http.resource_failed(session()), KTCP_ABORT);
}

TEST_F(HttpSession, DeadlinesFollowWhatIsWaitedFor) {
    open();
    EXPECT_EQ(patience(), 60u); // the first byte
    receive("GET / HT");
    EXPECT_EQ(patience(), 10u);
    pass(5);
    receive("TP/1.1\r\n");
    EXPECT_EQ(patience(), 5u); // of the whole head: not prolonged
    receive("Host: h\r\n\r\n");
    EXPECT_EQ(http.deadline(session()), KTCP_NEVER); // a slow disk is not the client's
    found(KTCP_RESOURCE_FILE, 100);
    EXPECT_EQ(patience(), 30u);
    pass(29);
    http.sent(session(), 1, &now_);
    EXPECT_EQ(patience(), 30u); // progress was made
    send_all();
    EXPECT_EQ(patience(), 60u);
}

TEST_F(HttpSession, GivesUpOnSlowClients) {
    open();
    receive("GET");
    EXPECT_EQ(http.expired(session(), 0, &now_), KTCP_WANT_SEND);
    EXPECT_THAT(output(), StartsWith("HTTP/1.1 408 "));
    EXPECT_EQ(send_all(), KTCP_SHUTDOWN);
    EXPECT_EQ(patience(), 2u);
    EXPECT_EQ(http.expired(session(), 0, &now_), KTCP_CLOSE);
    EXPECT_EQ(os_.counters[KTCP_COUNT_timeouts], 2);
}

TEST_F(HttpSession, AnIdleClientIsClosedWithoutAWord) {
    open();
    EXPECT_EQ(http.expired(session(), 0, &now_), KTCP_CLOSE);
}

TEST_F(HttpSession, AClientThatDoesNotReadIsCutOff) {
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 100);
    EXPECT_EQ(http.expired(session(), 0, &now_), KTCP_ABORT);
}

TEST_F(HttpSession, LingeringIsBounded) {
    open();
    receive("BAD\r\n");
    EXPECT_EQ(send_all(), KTCP_SHUTDOWN);
    ktcp_verdict verdict = KTCP_WANT_RECEIVE;
    int reads = 0;
    while (verdict == KTCP_WANT_RECEIVE && reads < 1000) {
        verdict = receive(std::string(KTCP_BUFFER_SIZE, 'x'));
        reads++;
    }
    EXPECT_EQ(verdict, KTCP_CLOSE);
    EXPECT_EQ(reads, 129);
}

TEST_F(HttpSession, DrainingEndsIdleClientsAtOnceAndOthersAfterTheirResponse) {
    open();
    EXPECT_EQ(http.drain(session(), &now_), KTCP_CLOSE);
    http.close(session());

    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 100);
    EXPECT_EQ(http.drain(session(), &now_), KTCP_WANT_SEND);
    EXPECT_EQ(send_all(), KTCP_CLOSE);
    http.close(session());

    open();
    receive("GET /a HTTP/1.1\r\n");
    EXPECT_EQ(http.drain(session(), &now_), KTCP_WANT_RECEIVE);
    receive("Host: h\r\n\r\n");
    found(KTCP_RESOURCE_FILE, 100);
    EXPECT_THAT(output(), HasSubstr("Connection: close"));
    EXPECT_EQ(send_all(), KTCP_CLOSE);
}

TEST_F(HttpSession, HalfClosedClientsGetTheirResponses) {
    open();
    receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(http.end_of_input(session(), &now_), KTCP_WANT_RESOURCE);
    found(KTCP_RESOURCE_FILE, 1);
    EXPECT_EQ(send_all(), KTCP_WANT_RESOURCE);
    EXPECT_EQ(wanted(), "b");
    found(KTCP_RESOURCE_FILE, 1);
    EXPECT_EQ(send_all(), KTCP_CLOSE);
}

TEST_F(HttpSession, PipelinedHeadsThatCrossTheBuffersEndAreMoved) {
    config_.head_size = KTCP_BUFFER_SIZE;
    open();
    const std::string small = "GET /s HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string big =
        "GET /b HTTP/1.1\r\nHost: h\r\nA: " + std::string(6000, 'x') + "\r\n\r\n";
    const std::string first = big + big.substr(0, KTCP_BUFFER_SIZE - big.size());
    EXPECT_EQ(receive(first), KTCP_WANT_RESOURCE);
    found(KTCP_RESOURCE_FILE, 1);
    EXPECT_EQ(send_all(), KTCP_WANT_RECEIVE);
    EXPECT_EQ(receive(big.substr(first.size() - big.size()) + small), KTCP_WANT_RESOURCE);
    EXPECT_EQ(wanted(), "b");
    found(KTCP_RESOURCE_FILE, 1);
    EXPECT_EQ(send_all(), KTCP_WANT_RESOURCE);
    EXPECT_EQ(wanted(), "s");
}

TEST_F(HttpSession, RunningOutOfMemoryEndsTheConnectionOnly) {
    open();
    os_.buffers_left = 0;
    EXPECT_EQ(http.receive_space(session()).data, nullptr);
    os_.buffers_left = 1;
    EXPECT_EQ(get("/a"), KTCP_ABORT);
}

TEST_F(HttpSession, CountsRequestsAndResponses) {
    open();
    get("/a");
    found(KTCP_RESOURCE_FILE, 1);
    send_all();
    get("/b");
    found(KTCP_RESOURCE_NOT_FOUND);
    send_all();
    get("/d");
    found(KTCP_RESOURCE_DIRECTORY);
    EXPECT_THAT(output(), HasSubstr("Location: /d/\r\n"));
    send_all();
    get("/e");
    found(KTCP_RESOURCE_FAILED);
    send_all();
    EXPECT_EQ(os_.counters[KTCP_COUNT_requests], 4);
    EXPECT_EQ(os_.counters[KTCP_COUNT_responses_2xx], 1);
    EXPECT_EQ(os_.counters[KTCP_COUNT_responses_3xx], 1);
    EXPECT_EQ(os_.counters[KTCP_COUNT_responses_4xx], 1);
    EXPECT_EQ(os_.counters[KTCP_COUNT_responses_5xx], 1);
}

} // namespace
