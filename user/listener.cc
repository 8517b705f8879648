// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "listener.hh"

#include "start_error.hh"

#include <algorithm>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace ktcp::user {

namespace {

bool is_ipv6(const ListenAddress& address) { return address.address.ss_family == AF_INET6; }

void set_port(ListenAddress& address, uint16_t port) {
    if (is_ipv6(address))
        reinterpret_cast<sockaddr_in6&>(address.address).sin6_port = htons(port);
    else
        reinterpret_cast<sockaddr_in&>(address.address).sin_port = htons(port);
}

uint16_t port_of(int fd) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
        throw StartError::with_errno("cannot tell which port is listened on",
                                     "free some memory, or choose one with --port");
    return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

std::string advice_for(int error, uint16_t port) {
    std::string number = std::to_string(port);
    switch (error) {
    case EADDRINUSE:
        return "see who has it with 'ss -ltnp sport = " + number +
               "', or choose another with --port";
    case EACCES:
        return "ports below 1024 want root or CAP_NET_BIND_SERVICE; choose another with --port";
    case EADDRNOTAVAIL:
        return "give --listen an address of this machine ('ip address' lists them)";
    case EAFNOSUPPORT:
        return "this machine has no such protocol; use --listen 0.0.0.0 for IPv4 only";
    default:
        return "check --listen and --port";
    }
}

[[noreturn]] void fail(const ListenAddress& address, uint16_t port) {
    int error = errno;
    std::string where =
        (is_ipv6(address) ? "[" + address.text + "]" : address.text) + ":" + std::to_string(port);
    throw StartError("cannot listen on " + where, std::strerror(error), advice_for(error, port));
}

void set(int fd, int level, int option, int value) {
    setsockopt(fd, level, option, &value, sizeof value);
}

// What is set here is inherited by accepted sockets: no call per connection.
Descriptor bind_to(ListenAddress address, uint16_t port, bool shared, bool only_ipv6,
                   uint32_t user_timeout = 0) {
    set_port(address, port);
    Descriptor fd(
        socket(address.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!fd)
        fail(address, port);
    set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    set(fd.get(), SOL_SOCKET, SO_REUSEPORT, shared);
    set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    // A byte marked urgent is a byte like any other (RFC 6093).
    set(fd.get(), SOL_SOCKET, SO_OOBINLINE, 1);
    if (user_timeout)
        set(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(user_timeout));
    if (is_ipv6(address))
        set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, only_ipv6);
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address.address), address.size) != 0)
        fail(address, port);
    return fd;
}

void listen_on(const Descriptor& fd, int backlog, const ListenAddress& address, uint16_t port) {
    if (listen(fd.get(), backlog) != 0)
        fail(address, port);
}

bool has_ipv6() {
    Descriptor fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return static_cast<bool>(fd) || errno != EAFNOSUPPORT;
}

} // namespace

bool ListenAddress::parse(const std::string& text, ListenAddress& parsed) {
    std::string host = text == "*" ? "::" : text;
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    // getaddrinfo knows scopes (fe80::1%eth0), but takes 1.2.3 for 1.2.0.3 too.
    in_addr ipv4 = {};
    if (host.find(':') == std::string::npos && inet_pton(AF_INET, host.c_str(), &ipv4) != 1)
        return false;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
        return false;
    parsed = {};
    std::copy_n(reinterpret_cast<const char*>(found->ai_addr), found->ai_addrlen,
                reinterpret_cast<char*>(&parsed.address));
    parsed.size = found->ai_addrlen;
    parsed.text = host;
    freeaddrinfo(found);
    return true;
}

Listeners::Listeners(const std::vector<ListenAddress>& wanted, uint16_t port, int backlog,
                     unsigned workers, uint32_t user_timeout)
    : port_(port), sockets_(workers) {
    std::vector<ListenAddress> addresses = wanted;
    // The default, "::", means every address; on a machine without IPv6 that is 0.0.0.0.
    if (addresses.size() == 1 && addresses[0].text == "::" && !has_ipv6())
        ListenAddress::parse("0.0.0.0", addresses[0]);
    bool only_ipv6 = std::any_of(addresses.begin(), addresses.end(),
                                 [](const ListenAddress& a) { return !is_ipv6(a); });
    // SO_REUSEPORT would let us share the port, silently, with a server that runs
    // already: a first try without it finds out.
    for (const ListenAddress& address : addresses) {
        Descriptor probe = bind_to(address, port_, false, only_ipv6);
        listen_on(probe, 1, address, port_);
        port_ = port_of(probe.get());
    }
    for (auto& sockets : sockets_)
        for (const ListenAddress& address : addresses)
            sockets.push_back(bind_to(address, port_, true, only_ipv6, user_timeout));
    for (auto& sockets : sockets_)
        for (size_t i = 0; i < sockets.size(); ++i)
            listen_on(sockets[i], backlog, addresses[i], port_);
}

} // namespace ktcp::user
