// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/rude_hold.hh"

#include <poll.h>

#include <algorithm>
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

struct Named {
    Held::Kind kind;
    const char* name;
};

const Named kinds[] = {
    {Held::Kind::silent, "silent"},           {Held::Kind::half_head, "half a head"},
    {Held::Kind::half_body, "half a body"},   {Held::Kind::closed_window, "closed window"},
    {Held::Kind::slow_reader, "slow reader"}, {Held::Kind::fast_reader, "fast reader"}};

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
bool go_on(Held& held, const RudeSettings& settings, bool hurry, std::vector<char>& buffer) {
    size_t most = held.kind == Held::Kind::slow_reader && !hurry     ? 2048
                  : held.kind == Held::Kind::closed_window && !hurry ? 0
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

void tell_held(const std::vector<Held>& clients) {
    for (const Named& named : kinds) {
        auto count = std::count_if(clients.begin(), clients.end(), [&](const Held& held) {
            return held.kind == named.kind && held.socket.open();
        });
        if (count)
            std::cout << "not ended: " << count << ", " << named.name << std::endl;
    }
}

} // namespace

unsigned hold_clients(const RudeSettings& settings, std::chrono::seconds most) {
    std::vector<Held> clients;
    for (const Named& named : kinds)
        for (unsigned i = 0; i < settings.each; i++) {
            int buffer = named.kind == Held::Kind::closed_window ? 4096 : 0;
            clients.push_back({named.kind, Socket::connect(settings.server, true, buffer)});
            begin(clients.back(), settings);
        }
    std::cout << "holding " << clients.size() << " clients" << std::endl;

    unsigned left = static_cast<unsigned>(clients.size());
    std::vector<char> buffer(65536);
    const auto until = Clock::now() + most;
    // What TCP was given before the end comes before the end, however slowly: megabytes,
    // of a response that the server had finished. Who never reads hears nothing, not even when
    // TCP gives up: it does so without a word (RFC 9293 section 3.8.3 asks for none). So in the
    // end all of them read.
    const auto slow_until = Clock::now() + most / 3;
    while (left && Clock::now() < until) {
        for (Held& held : clients)
            if (held.socket.open() && go_on(held, settings, Clock::now() >= slow_until, buffer)) {
                held.socket.close();
                left--;
            }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    tell_held(clients);
    return left;
}

} // namespace ktcp::test
