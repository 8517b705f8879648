// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "integration/echo_cases.hh"

namespace ktcp::test {

namespace {

// How long is long enough for a server to do what it is going to do meanwhile.
constexpr Patience a_moment{300};

void half_close(const EchoSettings& settings) {
    for (size_t size : {size_t{0}, size_t{1}, size_t{8192}, size_t{100 * 1024}, size_t{5} << 20})
        echo(settings, settings.noise->part(size, std::min(size, settings.bytes)));
}

// The FIN reaches a server that cannot send, since the client does not read: it has to
// remember both the bytes and the end. The last size is more than TCP's buffers hold.
void half_close_unread(const EchoSettings& settings) {
    for (size_t size : {size_t{5000}, size_t{50000}, settings.noise->size()}) {
        Exchange exchange = open_exchange(settings, 8192);
        exchange.reads = false;
        exchange.next(settings.noise->part(size, size));
        send_until_stalled(exchange, a_moment, size);
        exchange.cut();
        shutdown(exchange.socket().fd(), SHUT_WR);
        std::this_thread::sleep_for(a_moment);
        exchange.half_closes = exchange.reads = true;
        finish(exchange, settings.patience);
    }
}

// Sends what goes out at once, reads as much of it as it is told to, and resets.
void reset_after(const EchoSettings& settings, size_t send, bool read, bool fin) {
    Exchange exchange = open_exchange(settings);
    exchange.reads = false;
    exchange.next(settings.noise->part(send, std::min(send, settings.bytes)));
    send_until_stalled(exchange, Patience(30), send);
    if (read) {
        exchange.reads = true;
        auto until = Clock::now() + settings.patience;
        while (exchange.received() == 0 && exchange.fault().empty() && Clock::now() < until) {
            pollfd waited{exchange.socket().fd(), POLLIN, 0};
            poll(&waited, 1, 100);
            exchange.step();
        }
        if (exchange.received() == 0)
            throw std::runtime_error("nothing came back before the reset: " + exchange.fault());
    }
    if (fin)
        shutdown(exchange.socket().fd(), SHUT_WR);
    exchange.socket().reset();
}

// Each kind of reset, many times, and after each the others must be served as before.
void resets(const EchoSettings& settings) {
    bool with_neighbour = settings.serves(2);
    Exchange neighbour;
    if (with_neighbour)
        neighbour = open_exchange(settings);
    for (size_t round = 0; round < 10; round++) {
        for (size_t size : {size_t{0}, size_t{1}, size_t{100000}, size_t{4} << 20}) {
            reset_after(settings, size, false, false);
            reset_after(settings, size, false, true);
            if (size)
                reset_after(settings, size, true, false);
        }
        if (with_neighbour)
            echo_over(settings, neighbour, settings.noise->part(round, 3000));
        else
            echo(settings, settings.noise->part(round, 3000));
    }
    if (with_neighbour)
        end_exchange(settings, neighbour);
}

// Gone without reading what came back: TCP answers the server's next bytes with a reset.
void vanish(const EchoSettings& settings) {
    for (size_t i = 0; i < 20; i++) {
        Socket client = std::move(connect_many(settings.server, 1, settings.patience)[0]);
        client.send_all(settings.noise->part(i, 2000));
        client.close();
    }
}

// A byte sent urgently is a byte like any other (RFC 6093): it holds nothing up, and it is
// echoed in its place.
void urgent(const EchoSettings& settings) {
    std::string_view payload = settings.noise->part(5, 2000);
    std::string before(payload.substr(0, 1000)), after(payload.substr(1000));
    Socket client = std::move(connect_many(settings.server, 1, settings.patience)[0]);
    char mark = '!';
    client.send_all(before);
    if (send(client.fd(), &mark, 1, MSG_OOB | MSG_NOSIGNAL) != 1)
        throw std::runtime_error("cannot send a byte urgently");
    client.send_all(after);
    shutdown(client.fd(), SHUT_WR);
    std::string all;
    char buffer[4096];
    size_t size = 0;
    Socket::Got got;
    auto until = Clock::now() + settings.patience;
    while ((got = client.receive(buffer, sizeof(buffer), until, size)) == Socket::Got::data)
        all.append(buffer, size);
    if (got == Socket::Got::timeout)
        throw std::runtime_error("the server stopped after " + std::to_string(all.size()) +
                                 " bytes");
    if (got == Socket::Got::reset || all != before + mark + after)
        throw std::runtime_error("something else came back, " + std::to_string(all.size()) +
                                 " bytes");
}

} // namespace

const EchoCase echo_end_cases[] = {
    {"half-close", "FIN after 0 to 5 MiB: all comes back, then FIN", 1, half_close},
    {"half-close-unread", "FIN while the server cannot send: the same", 1, half_close_unread},
    {"reset", "110 resets, at once, in mid-transfer, after FIN: others are served", 1, resets},
    {"vanish", "20 clients gone with an echo under way", 1, vanish},
    {"urgent", "an urgent byte in the middle", 1, urgent},
};
const size_t echo_end_case_count = std::size(echo_end_cases);

} // namespace ktcp::test
