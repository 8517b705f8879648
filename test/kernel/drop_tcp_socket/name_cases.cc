// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Each way to write a pair ends the very connection that it names.
#include <net/if.h>

#include <cerrno>
#include <fstream>

#include "kernel/drop_tcp_socket/cases.hh"
#include "kernel/drop_tcp_socket/connection.hh"
#include "kernel/drop_tcp_socket/pairs_file.hh"

namespace ktcp::test {
namespace {

// The writer's side must see ECONNABORTED, the peer a reset, another connection nothing.
void expect_end(const std::string& what, Connection& c, const Connection& other,
                const std::string& pair, bool client_named = false) {
    const int named = client_named ? c.client.fd() : c.server.fd();
    const int peer = client_named ? c.server.fd() : c.client.fd();
    const int error = write_pairs(pair + "\n");
    expect(error == 0 && socket_error(named) == ECONNABORTED && end_of(peer) == ECONNRESET &&
               Report::read().summary() == "connections=1" &&
               carries(other.client.fd(), other.server.fd()),
           what + ": " + pair + (error ? ": errno " + std::to_string(error) : ""));
}

// WRITE makes the text of a pair from a connected socket.
template <class Write> void ends(const std::string& what, const Listener& listener, Write write,
                                 const std::string& host = "", const char* device = nullptr) {
    const Connection other(listener, host, device);
    Connection server_named(listener, host, device);
    expect_end(what + ", by the server's end", server_named, other,
               write(server_named.server.fd()));
    Connection client_named(listener, host, device);
    expect_end(what + ", by the client's end", client_named, other, write(client_named.client.fd()),
               true);
}

std::string scoped(int fd, const char* format, const std::string& scope) {
    const Address local = Address::local(fd), remote = Address::remote(fd);
    const std::string form = format;
    const std::string colon = ":";
    if (form == "ss")
        return "[" + local.host() + "]%" + scope + colon + std::to_string(local.port()) + " " +
               remote.ss();
    if (form == "inside")
        return "[" + local.host() + "%" + scope + "]:" + std::to_string(local.port()) + " [" +
               remote.host() + "%" + scope + "]:" + std::to_string(remote.port());
    return local.host() + "%" + scope + colon + std::to_string(local.port()) + " " +
           remote.netstat();
}

void expect_unknown(const std::string& what, const Connection& c, const std::string& pair,
                    int expected = ENOENT) {
    const int error = write_pairs(pair + "\n");
    expect(error == expected && carries(c.client.fd(), c.server.fd()),
           what + ": " + pair + ": errno " + std::to_string(error));
}

void family_cases() {
    ends("IPv4", Listener("127.0.0.1"), netstat_pair);
    ends("IPv6, netstat's", Listener("::1"), netstat_pair);
    ends("IPv6, ss's", Listener("::1"), ss_pair);
    ends("IPv6 in capitals and in full", Listener("::1"), [](int fd) {
        return "0000:0000:0000:0000:0000:0000:0000:0001:" +
               std::to_string(Address::local(fd).port()) +
               " [0:0::0.0.0.1]:" + std::to_string(Address::remote(fd).port());
    });
    // Both ends are IPv6 sockets: the names have ::ffff: in them.
    const Listener dual("::");
    ends("IPv4 on IPv6 sockets, netstat's", dual, netstat_pair, "::ffff:127.0.0.1");
    ends("IPv4 on IPv6 sockets, ss's", dual, ss_pair, "::ffff:127.0.0.1");
    ends(
        "IPv4 on IPv6 sockets, in hexadecimal", dual,
        [](int fd) {
            return "::ffff:7f00:1:" + std::to_string(Address::local(fd).port()) + " " +
                   Address::remote(fd).netstat();
        },
        "::ffff:127.0.0.1");
    ends("IPv4 on an IPv6 socket and an IPv4 one", dual, netstat_pair, "127.0.0.1");
    ends(
        "IPv4 on IPv6 sockets, by plain IPv4", dual,
        [](int fd) {
            return "127.0.0.1:" + std::to_string(Address::local(fd).port()) +
                   " 127.0.0.1:" + std::to_string(Address::remote(fd).port());
        },
        "::ffff:127.0.0.1");
    ends("IPv4 on IPv4 sockets, by one mapped address", Listener("127.0.0.1"), [](int fd) {
        return "[::ffff:127.0.0.1]:" + std::to_string(Address::local(fd).port()) + " " +
               Address::remote(fd).netstat();
    });
}

// net.ipv4.tcp_l3mdev_accept=1 for as long as this exists.
class L3mdevAccept {
public:
    L3mdevAccept() { set("1\n"); }
    ~L3mdevAccept() { set("0\n"); }

private:
    static void set(const char* value) {
        std::ofstream("/proc/sys/net/ipv4/tcp_l3mdev_accept") << value;
    }
};

void interface_cases() {
    const Listener link("fe80::77%lo");
    ends("link-local, netstat's", link, netstat_pair, "fe80::77%lo");
    for (const char* form : {"ss", "inside", "plain"})
        ends(
            std::string("link-local, interface ") + form, link,
            [form](int fd) { return scoped(fd, form, "lo"); }, "fe80::77%lo");
    const Listener bound("127.0.0.1", 128, "lo");
    ends("IPv4, bound to an interface", bound, netstat_pair, "", "lo");
    ends(
        "IPv4, bound, ss's", bound, [](int fd) { return scoped(fd, "plain", "lo"); }, "", "lo");
    ends(
        "IPv4, bound, by the interface's number", bound,
        [](int fd) { return scoped(fd, "plain", std::to_string(if_nametoindex("lo"))); }, "", "lo");

    const Connection c(link, "fe80::77%lo");
    expect_unknown("another interface", c, scoped(c.server.fd(), "ss", "dummy0"));
    expect_unknown("no such interface", c, scoped(c.server.fd(), "ss", "nosuch"));
    expect_unknown("no such number", c, scoped(c.server.fd(), "ss", "4711"));
    expect_unknown("a negative number", c, scoped(c.server.fd(), "ss", "-1"));
    expect_unknown("two interfaces", c, "[fe80::77]%lo:1 [fe80::77]%dummy0:1", EINVAL);
    const Listener unbound("127.0.0.1");
    const Connection free(unbound);
    expect_unknown("an interface, of a socket that is not bound", free,
                   scoped(free.server.fd(), "plain", "lo"));
    // Then the kernel's own lookup finds such a socket; a kernel without it always does.
    const L3mdevAccept accept;
    expect_unknown("the same with tcp_l3mdev_accept", free,
                   scoped(free.server.fd(), "plain", "lo"));
    ends(
        "IPv4, bound, with tcp_l3mdev_accept", bound,
        [](int fd) { return scoped(fd, "plain", "lo"); }, "", "lo");
}

} // namespace

void name_cases() {
    family_cases();
    interface_cases();
}

} // namespace ktcp::test
