// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// TCP connections on the loopback interface, both ends of them, and their names as
// netstat and ss print them.
#pragma once

#include <sys/socket.h>

#include <string>

#include "support/endpoint.hh"

namespace ktcp::test {

// An address with its port.
struct Address {
    sockaddr_storage storage = {};
    socklen_t size = 0;

    // A numeric address, with %SCOPE if it needs one; port 0: any.
    static Address of(const std::string& address, unsigned port);
    static Address local(int fd);
    static Address remote(int fd);

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    unsigned port() const;
    std::string host() const;    // without port and scope
    std::string netstat() const; // host:port
    std::string ss() const;      // host:port or [host]:port
};

// "LOCAL REMOTE" of a connected socket, in each notation.
std::string netstat_pair(int fd);
std::string ss_pair(int fd);

// What failed, thrown with its errno's text.
[[noreturn]] void fail(const std::string& what);

// A socket that listens on any port of an address; its clients. Nothing that they do
// blocks for more than seconds: what a pair has ended never comes.
class Listener {
public:
    explicit Listener(const std::string& address, int backlog = 128, const char* device = nullptr);
    int fd() const { return socket_.fd(); }
    Address address() const { return Address::local(fd()); }
    // The next one, or that of a client: what stands before it in the queue has lost its
    // client, and is closed.
    Socket accept() const;
    Socket accept(const Socket& client) const;
    // A client of `family` (0: the listener's own), connected; mapped for an IPv4 address.
    Socket connect(const std::string& host = "", const char* device = nullptr) const;
    // Does it take a connection that carries a byte to and fro?
    bool serves() const;

private:
    Socket socket_;
    std::string host_;
};

struct Connection {
    Socket client;
    Socket server;

    explicit Connection(const Listener& listener, const std::string& host = "",
                        const char* device = nullptr)
        : client(listener.connect(host, device)), server(listener.accept(client)) {}
};

// Sends a byte to and fro.
bool carries(int one, int other);

// The pending error of a socket, taken: 0 or an errno.
int socket_error(int fd);

// Waits at most a second for the end of the connection: errno of reading, 0 for a FIN.
int end_of(int fd);

} // namespace ktcp::test
