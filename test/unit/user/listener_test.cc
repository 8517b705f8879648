// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "listener.hh"

#include "start_error.hh"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace ktcp::user {
namespace {

ListenAddress address(const char* text) {
    ListenAddress parsed;
    EXPECT_TRUE(ListenAddress::parse(text, parsed)) << text;
    return parsed;
}

TEST(ListenAddress, UnderstandsTheUsualNotations) {
    EXPECT_EQ(address("127.0.0.1").address.ss_family, AF_INET);
    EXPECT_EQ(address("::1").address.ss_family, AF_INET6);
    EXPECT_EQ(address("[::1]").text, "::1");
    EXPECT_EQ(address("*").text, "::");
    ListenAddress ignored;
    for (const char* bad : {"", "[]", "localhost", "1.2.3.4:80", "[::1]:80", "::1]", "1.2.3.4/8"})
        EXPECT_FALSE(ListenAddress::parse(bad, ignored)) << bad;
}

TEST(Listeners, OneSocketForEachWorkerAndAddressOnOnePort) {
    Listeners listeners({address("127.0.0.1"), address("::1")}, 0, 16, 3);
    EXPECT_NE(listeners.port(), 0);
    for (unsigned worker = 0; worker < 3; ++worker) {
        std::vector<Descriptor> sockets = listeners.take(worker);
        ASSERT_EQ(sockets.size(), 2u);
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        getsockname(sockets[0].get(), reinterpret_cast<sockaddr*>(&bound), &size);
        EXPECT_EQ(ntohs(bound.sin_port), listeners.port());
    }
}

TEST(Listeners, APortInUseIsRefusedThoughItsOwnerSharesIt) {
    Listeners first({address("127.0.0.1")}, 0, 16, 2);
    try {
        Listeners second({address("127.0.0.1")}, first.port(), 16, 2);
        FAIL() << "two servers on one port";
    } catch (const StartError& error) {
        std::string message = error.what();
        EXPECT_NE(message.find(std::to_string(first.port())), std::string::npos) << message;
        EXPECT_NE(message.find("--port"), std::string::npos) << message;
    }
}

TEST(Listeners, AnAddressOfAnotherMachineIsRefusedWithAdvice) {
    try {
        Listeners listeners({address("192.0.2.1")}, 0, 16, 1); // TEST-NET-1, RFC 5737
        FAIL();
    } catch (const StartError& error) {
        EXPECT_NE(std::string(error.what()).find("--listen"), std::string::npos);
    }
}

// What is set on a listening socket holds for those accepted from it.
TEST(Listeners, TheUserTimeoutIsInherited) {
    for (uint32_t timeout : {0u, 12345u}) {
        Listeners listeners({address("127.0.0.1")}, 0, 16, 1, timeout);
        std::vector<Descriptor> sockets = listeners.take(0);
        Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(listeners.port());
        ASSERT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
        Descriptor accepted(accept4(sockets[0].get(), nullptr, nullptr, 0));
        unsigned found = 1;
        socklen_t size = sizeof found;
        ASSERT_EQ(getsockopt(accepted.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &found, &size), 0);
        EXPECT_EQ(found, timeout);
    }
}

TEST(Listeners, AllAddressesOfBothFamiliesBeside) {
    Listeners listeners({address("::"), address("0.0.0.0")}, 0, 16, 1);
    EXPECT_EQ(listeners.take(0).size(), 2u);
}

} // namespace
} // namespace ktcp::user
