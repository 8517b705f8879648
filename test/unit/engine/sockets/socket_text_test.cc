// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "sockets/socket_text.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <string>

namespace ktcp::sockets {
namespace {

struct Split {
    std::string fault; // empty: none
    std::string address;
    std::string scope;
    unsigned port = 0;
    bool ipv6 = false;
};

Split split(const std::string& token) {
    ktcp_socket_text socket = {};
    const char* fault = split_socket(test::bytes(token), socket);
    if (fault)
        return {fault, "", "", 0, false};
    return {"",
            {socket.address, socket.address_size},
            {socket.scope, socket.scope_size},
            socket.port,
            socket.ipv6};
}

void expect(const std::string& token, const std::string& address, const std::string& scope,
            unsigned port, bool ipv6) {
    const Split s = split(token);
    EXPECT_EQ(s.fault, "") << token;
    EXPECT_EQ(s.address, address) << token;
    EXPECT_EQ(s.scope, scope) << token;
    EXPECT_EQ(s.port, port) << token;
    EXPECT_EQ(s.ipv6, ipv6) << token;
}

void expect_fault(const std::string& token, const std::string& part) {
    const Split s = split(token);
    EXPECT_NE(s.fault.find(part), s.fault.npos) << token << ": " << s.fault;
    EXPECT_NE(s.fault, "") << token;
}

TEST(SocketText, ReadsNetstat) {
    expect("127.0.0.1:12345", "127.0.0.1", "", 12345, false);
    expect("::1:12345", "::1", "", 12345, true);
    expect("::ffff:1.2.3.4:80", "::ffff:1.2.3.4", "", 80, true);
    expect("fe80::1:2:22", "fe80::1:2", "", 22, true);
    expect(":::80", "::", "", 80, true);
    expect("2001:DB8::1:443", "2001:DB8::1", "", 443, true);
}

TEST(SocketText, ReadsSs) {
    expect("[::1]:12345", "::1", "", 12345, true);
    expect("[::ffff:1.2.3.4]:80", "::ffff:1.2.3.4", "", 80, true);
    expect("127.0.0.53%lo:53", "127.0.0.53", "lo", 53, false);
    expect("[fe80::1]%eth0:22", "fe80::1", "eth0", 22, true);
    expect("[fe80::1%eth0]:22", "fe80::1", "eth0", 22, true);
    expect("fe80::1%eth0:22", "fe80::1", "eth0", 22, true);
    expect("fe80::1%a-long.name_15c:22", "fe80::1", "a-long.name_15c", 22, true);
}

TEST(SocketText, ReadsEveryPort) {
    for (unsigned port = 0; port <= 65535; port++)
        ASSERT_EQ(split("1.2.3.4:" + std::to_string(port)).port, port);
    expect("1.2.3.4:0080", "1.2.3.4", "", 80, false);
}

TEST(SocketText, RefusesPorts) {
    expect_fault("1.2.3.4", "there is no port");
    expect_fault("1.2.3.4:", "port is missing");
    expect_fault("1.2.3.4:65536", "above 65535");
    expect_fault("1.2.3.4:4294967376", "above 65535"); // 80 in 32 bits
    expect_fault("1.2.3.4:18446744073709551696", "above 65535");
    expect_fault("1.2.3.4:http", "not a number");
    expect_fault("1.2.3.4:+80", "not a number");
    expect_fault("1.2.3.4:-1", "not a number");
    expect_fault("1.2.3.4:0x50", "not a number");
    expect_fault("[::1]", "not a number");
    expect_fault("0.0.0.0:*", "listener");
    expect_fault(":::*", "listener");
}

TEST(SocketText, RefusesAddresses) {
    expect_fault(":80", "address is missing");
    expect_fault("[]:80", "address is missing");
    expect_fault("%lo:80", "address is missing");
    expect_fault("localhost:80", "not a number");
    expect_fault("*:80", "not a number");
    expect_fault("1.2.3.4]:80", "not a number");
    expect_fault("::1[:80", "not a number");
    expect_fault(std::string("::1\0:80", 7), "not a number");
    expect_fault("::\xc3\xa4:80", "not a number");
    expect_fault(std::string(46, '1') + ":80", "longer");
    EXPECT_EQ(split(std::string(45, '1') + ":80").fault, "");
}

TEST(SocketText, RefusesBrackets) {
    expect_fault("[::1:80", "no ]");
    expect_fault("[::1]80", "port is not"); // the last colon is inside
    expect_fault("[::1]x:80", "between ]");
    expect_fault("[::1]]:80", "between ]");
    expect_fault("[[::1]]:80", "between ]");
    expect_fault("[1.2.3.4]:80", "only IPv6");
}

TEST(SocketText, RefusesScopes) {
    expect_fault("fe80::1%:22", "after % is missing");
    expect_fault("[fe80::1]%:22", "after % is missing");
    expect_fault("[fe80::1%]:22", "after % is missing");
    expect_fault("[fe80::1%lo]%lo:22", "two interfaces");
    expect_fault("[fe80::1]x%lo:22", "between ]");
    expect_fault("fe80::1%sixteencharacter:22", "longer");
}

} // namespace
} // namespace ktcp::sockets
