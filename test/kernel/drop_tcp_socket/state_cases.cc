// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Connections in every state that has a remote end.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "kernel/drop_tcp_socket/cases.hh"
#include "kernel/drop_tcp_socket/connection.hh"
#include "kernel/drop_tcp_socket/pairs_file.hh"

namespace ktcp::test {
namespace {

// How many sockets of one local port are in a state, by /proc/net/tcp and tcp6.
int count(unsigned port, unsigned state) {
    int found = 0;
    for (const char* name : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream in(name);
        std::string line;
        while (std::getline(in, line)) {
            unsigned local = 0, now = 0;
            if (std::sscanf(line.c_str(), "%*u: %*[0-9A-F]:%X %*[0-9A-F]:%*X %X", &local, &now) ==
                2)
                found += local == port && now == state;
        }
    }
    return found;
}

constexpr unsigned syn_sent = 2, syn_recv = 3, fin_wait1 = 4, fin_wait2 = 5, time_wait = 6,
                   close_wait = 8, last_ack = 9;

// The FIN is answered in the background of this very machine: soon.
bool reaches(unsigned port, unsigned state, int expected) {
    for (int i = 0; i < 200; i++) {
        if (count(port, state) == expected)
            return true;
        poll(nullptr, 0, 5);
    }
    return false;
}

void expect_report(const std::string& what, const std::string& pair, const std::string& summary) {
    const int error = write_pairs(pair + "\n");
    const std::string said = Report::read().summary();
    expect(error == 0 && said == summary,
           what + ": " + said + (error ? ": errno " + std::to_string(error) : ""));
}

void time_wait_case(const std::string& what, const Listener& listener, const std::string& host) {
    Connection c(listener, host);
    const std::string pair = netstat_pair(c.client.fd());
    const unsigned port = Address::local(c.client.fd()).port();
    c.client.close();
    c.server.close();
    expect(reaches(port, time_wait, 1), what + ": it waits");
    expect_report(what, pair, "time_wait=1");
    expect(count(port, time_wait) == 0, what + ": it is gone");
    expect_equal(write_pairs(pair + "\n"), ENOENT, what + ": twice");
}

// A client whose SYN is answered, but whose ACK the server wants to see with data.
void request_case(const std::string& what, const std::string& host) {
    const Listener listener(host);
    const int seconds = 30;
    if (setsockopt(listener.fd(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds) != 0)
        fail("TCP_DEFER_ACCEPT");
    const Socket client = listener.connect();
    const unsigned port = listener.address().port();
    const std::string pair =
        Address::remote(client.fd()).netstat() + " " + Address::local(client.fd()).netstat();
    expect(reaches(port, syn_recv, 1), what + ": it waits");
    expect_report(what, pair, "syn_recv=1");
    expect(count(port, syn_recv) == 0, what + ": it is gone");
    send(client.fd(), "x", 1, MSG_NOSIGNAL);
    expect_equal(end_of(client.fd()), ECONNRESET, what + ": the client is told");
    const Socket another = listener.connect();
    send(another.fd(), "x", 1, MSG_NOSIGNAL);
    const Socket accepted = listener.accept();
    char got = 0;
    expect(recv(accepted.fd(), &got, 1, 0) == 1 && got == 'x', what + ": the listener goes on");
}

// A listener whose queue is full does not answer.
void syn_sent_case() {
    const Listener full("127.0.0.1", 0);
    const Socket first = full.connect();
    Socket waiting(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const Address to = full.address();
    if (connect(waiting.fd(), to.get(), to.size) == 0 || errno != EINPROGRESS)
        throw std::runtime_error("the listener's queue is not full");
    const Address local = Address::local(waiting.fd());
    expect(reaches(local.port(), syn_sent, 1), "SYN-SENT: it waits");
    expect_report("SYN-SENT", local.netstat() + " " + to.netstat(), "connections=1");
    expect_equal(socket_error(waiting.fd()), ECONNABORTED, "SYN-SENT: connect() fails");
}

void closing_cases() {
    const Listener listener("127.0.0.1");
    {
        Connection c(listener);
        const std::string server = netstat_pair(c.server.fd());
        const unsigned port = Address::local(c.client.fd()).port();
        shutdown(c.client.fd(), SHUT_WR);
        expect(reaches(port, fin_wait2, 1) && reaches(listener.address().port(), close_wait, 1),
               "FIN-WAIT-2 and CLOSE-WAIT: they wait");
        expect_report("CLOSE-WAIT", server, "connections=1");
        expect_equal(socket_error(c.server.fd()), ECONNABORTED, "CLOSE-WAIT: the owner is told");
    }
    {
        Connection c(listener);
        const std::string client = netstat_pair(c.client.fd());
        shutdown(c.client.fd(), SHUT_WR);
        expect(reaches(Address::local(c.client.fd()).port(), fin_wait2, 1), "FIN-WAIT-2: it waits");
        expect_report("FIN-WAIT-2", client, "connections=1");
    }
    {
        // Nobody owns it any more: the kernel waits for the peer's FIN by itself.
        Connection c(listener);
        const std::string client = netstat_pair(c.client.fd());
        const unsigned port = Address::local(c.client.fd()).port();
        c.client.close();
        expect(reaches(port, fin_wait2, 1), "FIN-WAIT-2 without an owner: it waits");
        expect_report("FIN-WAIT-2 without an owner", client, "time_wait=1");
        expect(count(port, fin_wait2) == 0, "FIN-WAIT-2 without an owner: it is gone");
    }
    {
        // The peer does not read, so the FIN cannot be sent after what is in the way.
        Connection c(listener);
        const std::string client = netstat_pair(c.client.fd());
        const unsigned port = Address::local(c.client.fd()).port();
        const std::vector<char> much(1 << 16);
        while (send(c.client.fd(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
            ;
        c.client.close();
        expect(reaches(port, fin_wait1, 1), "FIN-WAIT-1 without an owner: it waits");
        expect_report("FIN-WAIT-1 without an owner", client, "connections=1");
        expect(count(port, fin_wait1) == 0, "FIN-WAIT-1 without an owner: it is gone");
    }
    {
        Connection c(listener);
        const std::string server = netstat_pair(c.server.fd());
        const std::vector<char> much(1 << 16);
        while (send(c.server.fd(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
            ;
        shutdown(c.client.fd(), SHUT_WR);
        expect(reaches(listener.address().port(), close_wait, 1),
               "LAST-ACK: CLOSE-WAIT comes first");
        c.server.close();
        expect(reaches(listener.address().port(), last_ack, 1), "LAST-ACK: it waits");
        expect_report("LAST-ACK", server, "connections=1");
    }
}

// A socket whose protocol, by now, refuses to be disconnected as connect(AF_UNSPEC) does it.
void kernel_tls_case() {
    const Listener listener("127.0.0.1");
    for (bool of_server : {false, true}) {
        const std::string what =
            std::string("kernel TLS, of the ") + (of_server ? "server" : "client");
        Connection c(listener);
        const Socket& end = of_server ? c.server : c.client;
        if (setsockopt(end.fd(), IPPROTO_TCP, TCP_ULP, "tls", 3) != 0) {
            // The debug kernel has none.
            expect(errno == ENOENT, "kernel TLS is not there: errno " + std::to_string(errno));
            return;
        }
        expect_report(what, netstat_pair(end.fd()), "connections=1");
        expect_equal(end_of((of_server ? c.client : c.server).fd()), ECONNRESET,
                     what + ": the other end is told");
    }
}

// Complete, but nobody has accepted it yet.
void queued_case() {
    const Listener listener("127.0.0.1");
    const Socket client = listener.connect();
    const std::string pair =
        Address::remote(client.fd()).netstat() + " " + Address::local(client.fd()).netstat();
    expect_report("not accepted yet", pair, "connections=1");
    expect_equal(end_of(client.fd()), ECONNRESET, "not accepted yet: the client is told");
    const Socket accepted = listener.accept();
    expect_equal(socket_error(accepted.fd()), ECONNABORTED, "not accepted yet: the server is told");
    expect(listener.serves(), "not accepted yet: the listener goes on");
}

} // namespace

void state_cases() {
    time_wait_case("TIME-WAIT, IPv4", Listener("127.0.0.1"), "");
    time_wait_case("TIME-WAIT, IPv6", Listener("::1"), "");
    time_wait_case("TIME-WAIT, IPv4 on IPv6 sockets", Listener("::"), "::ffff:127.0.0.1");
    time_wait_case("TIME-WAIT, link-local", Listener("fe80::77%lo"), "fe80::77%lo");
    request_case("SYN-RECEIVED, IPv4", "127.0.0.1");
    request_case("SYN-RECEIVED, IPv6", "::1");
    request_case("SYN-RECEIVED, link-local", "fe80::77%lo");
    syn_sent_case();
    closing_cases();
    kernel_tls_case();
    queued_case();
}

} // namespace ktcp::test
