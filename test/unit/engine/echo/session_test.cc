// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "ktcp/echo.h"
#include "os_stub.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

const ktcp_protocol& echo = ktcp_echo_protocol;
constexpr ktcp_now now{0, 0};

class EchoSession : public testing::Test {
protected:
    EchoSession() : memory_(echo.session_size) {
        EXPECT_EQ(echo.open(session(), &os_, nullptr, &now), KTCP_WANT_RECEIVE);
    }
    ~EchoSession() override {
        echo.close(session());
        EXPECT_EQ(os_.buffers, 0);
    }

    void* session() { return memory_.data(); }

    ktcp_verdict receive(const std::string& text) {
        const ktcp_space space = echo.receive_space(session());
        EXPECT_LE(text.size(), space.size);
        std::memcpy(space.data, text.data(), text.size());
        return echo.received(session(), text.size(), &now);
    }
    std::string output() {
        ktcp_segment segments[KTCP_SEGMENTS_MAX];
        EXPECT_EQ(echo.output(session(), segments), 1u);
        return {static_cast<const char*>(segments[0].data), segments[0].size};
    }

    ktcp::test::OsStub os_;
    std::vector<char> memory_;
};

TEST_F(EchoSession, EchoesBytesWhateverTheyAre) {
    const std::string text("a\0b\xff\r\n", 6);
    EXPECT_EQ(receive(text), KTCP_WANT_BOTH);
    EXPECT_EQ(output(), text);
    EXPECT_EQ(echo.sent(session(), 2, &now), KTCP_WANT_BOTH);
    EXPECT_EQ(output(), text.substr(2));
    EXPECT_EQ(echo.sent(session(), 4, &now), KTCP_WANT_RECEIVE);
}

TEST_F(EchoSession, HoldsNoBufferWhileIdle) {
    EXPECT_EQ(os_.buffers, 0);
    receive("x");
    EXPECT_EQ(os_.buffers, 1);
    echo.sent(session(), 1, &now);
    EXPECT_EQ(os_.buffers, 0);
    echo.receive_space(session());
    EXPECT_EQ(echo.received(session(), 0, &now), KTCP_WANT_RECEIVE);
    EXPECT_EQ(os_.buffers, 0);
}

TEST_F(EchoSession, StopsReceivingWhenTheBufferIsFull) {
    EXPECT_EQ(receive(std::string(KTCP_BUFFER_SIZE - 1, 'x')), KTCP_WANT_BOTH);
    EXPECT_EQ(receive("y"), KTCP_WANT_SEND);
    EXPECT_EQ(echo.sent(session(), KTCP_BUFFER_SIZE, &now), KTCP_WANT_RECEIVE);
}

TEST_F(EchoSession, SendsTheRestAfterTheEndOfInput) {
    receive("rest");
    EXPECT_EQ(echo.end_of_input(session(), &now), KTCP_WANT_SEND);
    EXPECT_EQ(echo.sent(session(), 4, &now), KTCP_CLOSE);
}

TEST_F(EchoSession, ClosesAtOnceWhenNothingWaits) {
    EXPECT_EQ(echo.end_of_input(session(), &now), KTCP_CLOSE);
}

TEST_F(EchoSession, HasNoSpaceWithoutMemory) {
    os_.buffers_left = 0;
    EXPECT_EQ(echo.receive_space(session()).data, nullptr);
}

} // namespace
