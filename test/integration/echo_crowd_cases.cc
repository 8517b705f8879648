// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "integration/echo_cases.hh"

namespace ktcp::test {

namespace {

using std::chrono::milliseconds;

size_t crowd_size(size_t number) { return 1 + number * 37 % 3000; }

// All are connected before the first sends. A server that can serve them all at a time
// must, so each gets half of its echo before anyone leaves; otherwise they queue, in the
// backlog, and each leaves when it has been served.
void crowd(const EchoSettings& settings) {
    std::vector<Exchange> clients;
    for (Socket& socket : connect_many(settings.server, settings.clients, settings.patience)) {
        size_t number = clients.size();
        std::string_view payload = settings.noise->part(number, crowd_size(number));
        clients.emplace_back(std::move(socket), payload);
    }
    if (settings.at_once == 0) {
        for (size_t i = 0; i < clients.size(); i++) {
            clients[i].half_closes = false;
            clients[i].next(settings.noise->part(i + 500, crowd_size(i)));
        }
        finish(clients, settings.patience);
        for (size_t i = 0; i < clients.size(); i++) {
            clients[i].half_closes = true;
            clients[i].next(settings.noise->part(i, crowd_size(i)));
        }
    }
    finish(clients, settings.patience);
}

// The most that /proc/sys/net/ipv4/tcp_rmem or tcp_wmem lets a socket's buffer grow to.
size_t buffer_limit(const char* name) {
    std::ifstream in(std::string("/proc/sys/net/ipv4/") + name);
    size_t least = 0, preset = 0, most = 0;
    if (!(in >> least >> preset >> most))
        throw std::runtime_error(std::string("cannot read net.ipv4.") + name);
    return most;
}

size_t buffer_of(const Socket& socket, int option) {
    int size = 0;
    socklen_t length = sizeof(size);
    getsockopt(socket.fd(), SOL_SOCKET, option, &size, &length);
    return static_cast<size_t>(size);
}

// What TCP itself may hold between the client's send() and its recv(): the buffers of
// both sockets. The kernel counts packets with their overhead against a buffer's size, so
// payloads are smaller than it; but the packet that fills a buffer may go beyond it, by
// 64 KiB at most. The server's own share is KTCP_BUFFER_SIZE.
size_t deaf_bound(const Socket& client) {
    constexpr size_t packet = 64 << 10, session = 8 << 10;
    return buffer_limit("tcp_rmem") + buffer_limit("tcp_wmem") + buffer_of(client, SO_SNDBUF) +
           buffer_of(client, SO_RCVBUF) + 4 * packet + session;
}

// Sends and does not read: after a bounded number of bytes the server must take no more,
// and serve others meanwhile; when the client reads at last, all is there, in order.
void deaf(const EchoSettings& settings) {
    constexpr int client_buffer = 16 << 10;
    Exchange client = open_exchange(settings, client_buffer);
    setsockopt(client.socket().fd(), SOL_SOCKET, SO_SNDBUF, &client_buffer, sizeof(client_buffer));
    size_t bound = deaf_bound(client.socket());
    Noise payload(bound + 65536);
    client.reads = false;
    client.next(payload.part(0, payload.size()));
    size_t taken =
        send_until_stalled(client, std::max(settings.patience / 10, milliseconds(1000)), bound);
    if (taken > bound)
        throw std::runtime_error(
            "the server takes more and more of what nobody reads: " + std::to_string(taken) +
            " bytes, of which TCP's buffers hold " + std::to_string(bound) + " at most");
    std::cout << "# of a client that does not read " << taken / 1024 << " KiB were taken, at most "
              << bound / 1024 << " KiB are allowed" << std::endl;
    if (settings.serves(2)) {
        Exchange other = open_exchange(settings);
        for (size_t i = 0; i < 100; i++)
            echo_over(settings, other, settings.noise->part(i, 1000));
        end_exchange(settings, other);
    }
    client.cut();
    client.half_closes = client.reads = true;
    finish(client, settings.patience);
}

// A window that opens little by little: sends that TCP takes only in part.
void slow_reader(const EchoSettings& settings) {
    Exchange client = open_exchange(settings, 4096);
    client.next(settings.noise->part(3, std::min(size_t{300000}, settings.bytes)));
    client.half_closes = true;
    auto begin = Clock::now();
    while (!client.done() && Clock::now() - begin < 6 * settings.patience) {
        client.step();
        if (!client.fault().empty())
            throw std::runtime_error(client.fault());
        std::this_thread::sleep_for(milliseconds(1));
    }
    if (!client.done())
        throw std::runtime_error("not done in time: " + client.progress());
}

// Clients that say nothing for long, and are still there when they do.
void silent(const EchoSettings& settings) {
    std::vector<Exchange> clients;
    for (Socket& socket : connect_many(settings.server, 100, settings.patience)) {
        clients.emplace_back(std::move(socket), settings.noise->part(clients.size(), 100));
    }
    echo(settings, settings.noise->part(7, 100000));
    std::this_thread::sleep_for(milliseconds(500));
    echo(settings, settings.noise->part(8, 100000));
    finish(clients, settings.patience);
}

} // namespace

const EchoCase echo_crowd_cases[] = {
    {"deaf", "a client that never reads: bounded, others are served, all is in order", 1, deaf},
    {"slow-reader", "a client that reads little by little", 1, slow_reader},
    {"silent", "100 silent clients beside an active one", 101, silent},
    {"crowd", "many clients at once, all connected before the first sends", 1, crowd},
};
const size_t echo_crowd_case_count = std::size(echo_crowd_cases);

} // namespace ktcp::test
