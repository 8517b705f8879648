// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/rude_hold.hh"

#include <poll.h>

#include <iostream>
#include <thread>
#include <vector>

#include "integration/fetcher.hh"

namespace ktcp::test {

namespace {

struct Held {
    enum class Kind { silent, half_head, half_body, closed_window, slow_reader, fast_reader };

    Kind kind;
    Socket socket;
};

const Held::Kind kinds[] = {Held::Kind::silent,      Held::Kind::half_head,
                            Held::Kind::half_body,   Held::Kind::closed_window,
                            Held::Kind::slow_reader, Held::Kind::fast_reader};

void begin(const Held& held, const RudeSettings& settings) {
    std::string get = "GET " + settings.large + " HTTP/1.1\r\nHost: test\r\n\r\n";
    switch (held.kind) {
    case Held::Kind::silent:
        break;
    case Held::Kind::half_head:
        held.socket.send_all("GET / HTTP/1.1\r\nHo");
        break;
    case Held::Kind::half_body:
        held.socket.send_all("GET / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\nabc");
        break;
    default:
        for (int i = 0; i < 20; i++)
            held.socket.send_all(get);
    }
}

// True once the connection has ended.
bool go_on(Held& held, const RudeSettings& settings, std::vector<char>& buffer) {
    size_t most = held.kind == Held::Kind::slow_reader     ? 2048
                  : held.kind == Held::Kind::closed_window ? 0
                                                           : buffer.size();
    if (most == 0) {
        // Reading would open the window; an error or a hang-up shows without.
        pollfd waited{held.socket.fd(), POLLRDHUP, 0};
        return poll(&waited, 1, 0) == 1;
    }
    size_t size = 0;
    switch (held.socket.receive(buffer.data(), most, Clock::now(), size)) {
    case Socket::Got::timeout:
        return false;
    case Socket::Got::data:
        // A fast reader asks again and again, so that requests keep coming.
        if (held.kind == Held::Kind::fast_reader)
            return !held.socket.send_all("GET " + settings.small +
                                         " HTTP/1.1\r\nHost: test\r\n\r\n");
        return false;
    default:
        return true;
    }
}

} // namespace

unsigned hold_clients(const RudeSettings& settings, std::chrono::seconds most) {
    std::vector<Held> clients;
    for (Held::Kind kind : kinds)
        for (unsigned i = 0; i < settings.each; i++) {
            int buffer = kind == Held::Kind::closed_window ? 4096 : 0;
            clients.push_back({kind, Socket::connect(settings.server, true, buffer)});
            begin(clients.back(), settings);
        }
    std::cout << "holding " << clients.size() << " clients" << std::endl;

    unsigned left = static_cast<unsigned>(clients.size());
    std::vector<char> buffer(65536);
    auto until = Clock::now() + most;
    while (left && Clock::now() < until) {
        for (Held& held : clients)
            if (held.socket.open() && go_on(held, settings, buffer)) {
                held.socket.close();
                left--;
            }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return left;
}

} // namespace ktcp::test
