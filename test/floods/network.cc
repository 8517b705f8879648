// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "floods/network.hh"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <cstring>
#include <stdexcept>

#include "support/endpoint.hh"

namespace ktcp::test {

namespace {

constexpr in_addr_t private_net = 10;

// Of this process, and of the first one, which has the machine's network.
bool has_own_namespace() {
    struct stat own {
    }, first{};
    if (stat("/proc/self/ns/net", &own) != 0 || stat("/proc/1/ns/net", &first) != 0)
        throw std::runtime_error("cannot tell which network this is: run it as root in the VM");
    return own.st_ino != first.st_ino;
}

} // namespace

in_addr_t private_address(const std::string& text) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1)
        throw std::runtime_error("'" + text + "' is no IPv4 address");
    if (ntohl(address.s_addr) >> 24 != private_net)
        throw std::runtime_error("'" + text +
                                 "' is not in 10.0.0.0/8, which the test's networks are");
    return ntohl(address.s_addr);
}

sockaddr_in target_in_namespace(const std::string& server) {
    if (!has_own_namespace())
        throw std::runtime_error("this is the machine's own network: attacks are for namespaces "
                                 "that a test has made (ip netns exec NAME ...)");
    Endpoint endpoint = Endpoint::parse(server);
    if (endpoint.address.ss_family != AF_INET)
        throw std::runtime_error("'" + server + "' is not IPv4");
    sockaddr_in target{};
    memcpy(&target, &endpoint.address, sizeof(target));
    if (ntohl(target.sin_addr.s_addr) >> 24 != private_net)
        throw std::runtime_error("'" + server + "' is not in 10.0.0.0/8");
    return target;
}

} // namespace ktcp::test
