// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "kernel/drop_tcp_socket/connection.hh"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace ktcp::test {

void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

Address Address::of(const std::string& address, unsigned port) {
    Address result;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    const size_t percent = address.find('%');
    const std::string host = address.substr(0, percent);
    if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(static_cast<uint16_t>(port));
        if (percent != address.npos)
            v6->sin6_scope_id = if_nametoindex(address.c_str() + percent + 1);
        result.size = sizeof *v6;
    } else if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(static_cast<uint16_t>(port));
        result.size = sizeof *v4;
    } else {
        throw std::invalid_argument("no address: " + address);
    }
    return result;
}

Address Address::local(int fd) {
    Address result;
    result.size = sizeof result.storage;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&result.storage), &result.size) != 0)
        fail("getsockname");
    return result;
}

Address Address::remote(int fd) {
    Address result;
    result.size = sizeof result.storage;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&result.storage), &result.size) != 0)
        fail("getpeername");
    return result;
}

unsigned Address::port() const {
    if (storage.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
}

std::string Address::host() const {
    char text[INET6_ADDRSTRLEN] = "";
    if (storage.ss_family == AF_INET)
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, text,
                  sizeof text);
    else
        inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, text,
                  sizeof text);
    return text;
}

std::string Address::netstat() const { return host() + ":" + std::to_string(port()); }

std::string Address::ss() const {
    if (storage.ss_family == AF_INET)
        return netstat();
    return "[" + host() + "]:" + std::to_string(port());
}

std::string netstat_pair(int fd) {
    return Address::local(fd).netstat() + " " + Address::remote(fd).netstat();
}

std::string ss_pair(int fd) { return Address::local(fd).ss() + " " + Address::remote(fd).ss(); }

namespace {

Socket make_socket(int family, const char* device) {
    Socket fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.fd() < 0)
        fail("socket");
    const timeval patience = {5, 0}; // those that are accepted have it from the listener
    setsockopt(fd.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (device && setsockopt(fd.fd(), SOL_SOCKET, SO_BINDTODEVICE, device,
                             static_cast<socklen_t>(std::strlen(device))) != 0)
        fail("SO_BINDTODEVICE");
    return fd;
}

} // namespace

Listener::Listener(const std::string& host, int backlog, const char* device) : host_(host) {
    const Address address = Address::of(host, 0);
    socket_ = make_socket(address.storage.ss_family, device);
    const int off = 0;
    if (address.storage.ss_family == AF_INET6)
        setsockopt(fd(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd(), address.get(), address.size) != 0 || listen(fd(), backlog) != 0)
        fail("listening on " + host);
}

Socket Listener::accept() const {
    Socket fd(::accept4(this->fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (fd.fd() < 0)
        fail("accept");
    return fd;
}

Socket Listener::accept(const Socket& client) const {
    for (;;) {
        Socket server = accept();
        try {
            if (Address::remote(server.fd()).port() == Address::local(client.fd()).port())
                return server;
        } catch (const std::system_error&) {
            continue; // it has been ended, and so has no remote end
        }
    }
}

Socket Listener::connect(const std::string& host, const char* device) const {
    const Address to = Address::of(host.empty() ? host_ : host, address().port());
    Socket fd = make_socket(to.storage.ss_family, device);
    if (::connect(fd.fd(), to.get(), to.size) != 0)
        fail("connect");
    return fd;
}

bool Listener::serves() const {
    try {
        const bool any = host_ == "::" || host_ == "0.0.0.0";
        const Connection connection(*this, any ? "127.0.0.1" : "");
        return carries(connection.client.fd(), connection.server.fd());
    } catch (const std::system_error&) {
        return false;
    }
}

bool carries(int one, int other) {
    char c = 0;
    return send(one, "a", 1, MSG_NOSIGNAL) == 1 && recv(other, &c, 1, 0) == 1 && c == 'a' &&
           send(other, "b", 1, MSG_NOSIGNAL) == 1 && recv(one, &c, 1, 0) == 1 && c == 'b';
}

int socket_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        fail("SO_ERROR");
    return error;
}

int end_of(int fd) {
    pollfd waiting = {fd, POLLIN, 0};
    char c;
    if (poll(&waiting, 1, 1000) != 1)
        return ETIMEDOUT;
    return recv(fd, &c, 1, 0) < 0 ? errno : 0;
}

} // namespace ktcp::test
