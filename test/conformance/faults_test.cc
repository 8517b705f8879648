// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What no client can bring about: faults of the host's file system, a peer that takes
// nothing, a host that goes away. On the engine through the scripted host.
#include <gtest/gtest.h>

#include "conformance/engine_run.hh"
#include "support/http_response.hh"

namespace ktcp::test {

namespace {

using End = ScriptedHost::End;

const std::string directory = KTCP_CONFORMANCE_DIR;
const std::string listing = "GET /many/ HTTP/1.1\r\nHost: test\r\n\r\n";
const std::string large = "GET /1m.bin HTTP/1.1\r\nHost: test\r\n\r\n";
const std::string small = "GET /hello.txt HTTP/1.1\r\nHost: test\r\n\r\n";

class Faults : public testing::Test {
protected:
    ScriptedHost host(World world = {}) {
        return {ktcp_http_protocol, &config_, server_.roots, world};
    }

    const DocumentTree tree_ = DocumentTree::load(directory + "/tree");
    const ServerSettings server_{load_profiles(directory + "/profiles").at("tree"), tree_};
    ktcp_http_config config_ = server_.config; // a test may change it
};

// Whole responses at the start of what was sent; a torn one counts as -1.
std::vector<int> statuses(std::string_view sent, bool ended) {
    std::vector<int> all;
    while (!sent.empty()) {
        ResponseReader reader;
        reader.start(false);
        sent.remove_prefix(reader.feed(sent));
        if (ended)
            reader.end_of_input();
        bool whole = reader.done() && reader.fault().empty();
        all.push_back(whole ? reader.response().status : -1);
        if (!whole)
            break;
    }
    return all;
}

TEST_F(Faults, ALookUpThatFailsIsAnError500) {
    ScriptedHost server = host({.lookup_fault = KTCP_RESOURCE_FAILED});
    server.receive(small);
    EXPECT_EQ(statuses(server.sent(), false), std::vector{500});
    EXPECT_EQ(server.count(KTCP_COUNT_responses_5xx), 1u);
    EXPECT_EQ(server.buffers(), 0u);
}

// The length was promised: only the connection's end can say that it was not kept.
TEST_F(Faults, AFileThatShrinksEndsTheConnectionInsideTheBody) {
    for (uint64_t readable : {0u, 1u, 5000u, 1048575u})
        for (bool keeps : {false, true}) {
            ScriptedHost server = host({.keeps = keeps, .readable = readable});
            server.receive(large + small);
            EXPECT_EQ(statuses(server.sent(), true), std::vector{-1}) << readable;
            EXPECT_EQ(server.end(), End::reset);
        }
}

TEST_F(Faults, AListingThatCannotBeReadToItsEndDoesNotLookWhole) {
    for (uint32_t sort_size : {uint32_t{0}, server_.config.sort_size})
        for (size_t entries : {0u, 1u, 3u, 499u}) {
            config_.sort_size = sort_size;
            ScriptedHost server = host({.keeps = entries % 2 == 1, .readable_entries = entries});
            server.receive(listing);
            // Before anything was sent there is a better answer than a reset.
            if (server.end() == End::open) {
                EXPECT_EQ(statuses(server.sent(), false), std::vector{500}) << entries;
            } else {
                EXPECT_EQ(server.end(), End::reset) << entries;
            }
            EXPECT_NE(statuses(server.sent(), true), std::vector{200}) << entries;
        }
}

TEST_F(Faults, APeerThatTakesNothingIsCutOffAtSendTimeout) {
    for (const std::string& request : {large, listing, small}) {
        ScriptedHost server = host();
        server.set_window(0);
        server.receive(request);
        server.advance(config_.send_timeout - 1);
        EXPECT_EQ(server.end(), End::open);
        server.advance(1);
        EXPECT_EQ(server.end(), End::reset);
        EXPECT_EQ(server.count(KTCP_COUNT_timeouts), 1u);
    }
}

// Whether its host knows what was acknowledged (TCP) or does not (other sockets).
TEST_F(Faults, APeerThatTakesALittleNowAndThenIsNot) {
    for (size_t acknowledged : {World::no_limit, size_t{0}}) {
        ScriptedHost server = host({.acknowledged = acknowledged});
        server.set_window(0);
        server.receive(large);
        for (int i = 0; i < 10; i++) {
            server.advance(config_.send_timeout - 1);
            EXPECT_EQ(server.end(), End::open);
            server.set_window(2000);
        }
        EXPECT_EQ(server.sent().size(), 20'000u);
        server.set_window(World::no_limit);
        EXPECT_EQ(statuses(server.sent(), false), std::vector{200});
    }
}

// TCP took megabytes at once, and nothing since: what counts is what the peer gets of it.
TEST_F(Faults, APeerThatAcknowledgesWhatTcpHasTakenIsNotCutOff) {
    ScriptedHost server = host({.acknowledged = 0});
    server.set_window(500'000);
    server.receive(large);
    for (size_t i = 1; i <= 10; i++) {
        server.advance(config_.send_timeout - 1);
        EXPECT_EQ(server.end(), End::open) << i;
        server.set_acknowledged(i * 40'000);
    }
    server.advance(2 * config_.send_timeout);
    EXPECT_EQ(server.end(), End::reset);
}

// It would hold a connection, and what goes with it, for as long as it likes.
TEST_F(Faults, APeerThatIsSlowerThanSendRateIsCutOff) {
    config_.send_rate = 1000;
    for (unsigned rate : {0u, 1u, 900u, 1001u, 5000u}) {
        ScriptedHost server = host();
        server.set_window(0);
        server.receive(large);
        unsigned seconds = 0;
        for (; seconds < 100 && server.end() == End::open; seconds++) {
            server.advance(1000);
            server.set_window(rate);
        }
        EXPECT_EQ(server.end() == End::open, rate > config_.send_rate) << rate;
        EXPECT_TRUE(rate > 1 || seconds <= config_.send_timeout / 1000 + 2) << seconds;
    }
}

TEST_F(Faults, WithoutASendRateAByteNowAndThenIsEnough) {
    config_.send_rate = 0;
    ScriptedHost server = host();
    server.set_window(0);
    server.receive(large);
    for (int i = 0; i < 1000; i++) {
        server.advance(1000);
        server.set_window(1);
    }
    EXPECT_EQ(server.end(), End::open);
    EXPECT_EQ(server.sent().size(), 1000u);
}

// Pipelined input is read no further while output waits: memory stays bounded.
TEST_F(Faults, AFloodBehindABlockedPeerHoldsTwoBuffersAtMost) {
    ScriptedHost server = host();
    server.set_window(0);
    std::string flood;
    for (int i = 0; i < 10'000; i++)
        flood += small;
    server.receive(flood);
    EXPECT_LE(server.buffers(), 2u);
    EXPECT_EQ(server.end(), End::open);
}

TEST_F(Faults, DrainClosesAnIdleConnectionAtOnce) {
    ScriptedHost fresh = host();
    fresh.drain();
    EXPECT_EQ(fresh.end(), End::fin);
    ScriptedHost used = host();
    used.receive(small);
    used.drain();
    EXPECT_EQ(used.end(), End::fin);
    EXPECT_EQ(statuses(used.sent(), true), std::vector{200});
}

TEST_F(Faults, DrainFinishesTheResponseUnderWayAndTakesNoOther) {
    ScriptedHost server = host({.send_limit = 1000});
    server.set_window(0);
    server.receive(large + small);
    server.drain();
    EXPECT_EQ(server.end(), End::open);
    server.set_window(World::no_limit);
    EXPECT_EQ(statuses(server.sent(), true), std::vector{200});
    EXPECT_EQ(server.end(), End::fin);
}

TEST_F(Faults, DrainAnswersTheRequestThatHasBegun) {
    ScriptedHost server = host();
    server.receive(small.substr(0, 10));
    server.drain();
    EXPECT_EQ(server.end(), End::open);
    server.receive(small.substr(10));
    EXPECT_EQ(statuses(server.sent(), true), std::vector{200});
    EXPECT_NE(server.sent().find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_EQ(server.end(), End::fin);
}

// A peer that goes on and on after our FIN is not listened to for ever.
TEST_F(Faults, LingeringEnds) {
    ScriptedHost silent = host();
    silent.receive("nonsense\r\n\r\nmore");
    EXPECT_TRUE(silent.lingers());
    silent.advance(config_.linger_timeout);
    EXPECT_FALSE(silent.lingers());

    ScriptedHost talkative = host();
    talkative.receive("nonsense\r\n\r\n");
    for (int i = 0; i < 100'000 && talkative.lingers(); i++)
        talkative.receive(std::string(1000, 'x'));
    EXPECT_FALSE(talkative.lingers());
}

TEST_F(Faults, IdleConnectionsAreFreeOfBuffersWheneverTheyIdle) {
    ScriptedHost server = host({.speculative = true});
    EXPECT_EQ(server.buffers(), 0u);
    for (const std::string& request : {small, listing, large}) {
        server.receive(request);
        EXPECT_EQ(server.buffers(), 0u);
        EXPECT_FALSE(server.holds_resource());
    }
}

// Nothing that is said of a file which was changed in this very moment tells it from what
// it may be in the next: it has no tag, and no date that anybody could rely on.
TEST_F(Faults, AFileThatWasJustChangedIsSentWhateverDateTheClientHas) {
    const std::string date = "Tue, 14 Nov 2023 22:13:20 GMT"; // the tree's
    for (bool unsettled : {false, true})
        for (bool keeps : {false, true}) {
            ScriptedHost server = host({.keeps = keeps, .unsettled = unsettled});
            std::string last;
            auto ask = [&](const std::string& fields) {
                const size_t before = server.sent().size();
                server.receive("GET /hello.txt HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n");
                last = server.sent().substr(before);
                return statuses(last, false).at(0);
            };
            EXPECT_EQ(ask("If-Modified-Since: " + date + "\r\n"), unsettled ? 200 : 304);
            EXPECT_EQ(ask("If-Unmodified-Since: " + date + "\r\n"), unsettled ? 412 : 200);
            EXPECT_EQ(ask("Range: bytes=0-1\r\nIf-Range: " + date + "\r\n"), unsettled ? 200 : 206);
            EXPECT_EQ(ask(""), 200);
            EXPECT_EQ(last.find("ETag: ") == std::string::npos, unsettled) << last;
        }
}

// A listing that the host keeps is content like a file's: with a length, and no buffers.
TEST_F(Faults, AListingThatIsKeptGoesOutInConstantMemory) {
    ScriptedHost server = host({.keeps = true});
    server.set_window(2000);
    server.receive(listing);
    EXPECT_EQ(server.sent().size(), 2000u);
    EXPECT_NE(server.sent().find("\r\nContent-Length: "), std::string::npos);
    EXPECT_EQ(server.buffers(), 0u);
    EXPECT_EQ(server.spares(), 0u);
    server.set_window(World::no_limit);
    EXPECT_EQ(statuses(server.sent(), false), std::vector{200});
    EXPECT_FALSE(server.holds_resource());
}

// A rendering needs memory to sort in; who has none lists as the entries come.
TEST_F(Faults, AListingThatCannotBeKeptIsMadeAsItIsSent) {
    for (size_t spares : {0u, 1u, 2u}) {
        ScriptedHost server = host({.spares = spares, .keeps = true});
        server.receive(listing);
        EXPECT_EQ(statuses(server.sent(), false), std::vector{200}) << spares;
        EXPECT_NE(server.sent().find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
    }
}

// While a file goes out, its bytes are in the page cache and nothing in buffers.
TEST_F(Faults, ALargeFileGoesOutInConstantMemory) {
    ScriptedHost server = host();
    server.set_window(2000);
    server.receive(large);
    EXPECT_EQ(server.sent().size(), 2000u);
    EXPECT_EQ(server.buffers(), 0u);
}

// Nothing outside the tree may even be asked for, whatever the spelling.
TEST_F(Faults, RequestsNeverAskTheHostForAPathThatClimbs) {
    for (const char* target :
         {"/..", "/../x", "/%2e%2e/x", "/a/../../x", "/a/%2e./%2e%2e/%2E%2E/x", "//../x", "/./../x",
          "/a/..%2f../x", "http://h/../x", "/%2e%2e%2fx", "/..\\x", "/a/.../../../x"}) {
        ScriptedHost server = host();
        server.receive("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n");
        for (const std::string& path : server.requested())
            EXPECT_EQ(("/" + path + "/").find("/../"), std::string::npos) << target;
        EXPECT_NE(statuses(server.sent(), false), std::vector{200}) << target;
    }
}

} // namespace

} // namespace ktcp::test
