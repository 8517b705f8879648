// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/rude_phases.hh"

#include <poll.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "integration/fetcher.hh"

namespace ktcp::test {

namespace {

using std::chrono::milliseconds;

std::string request(const std::string& target, const char* more = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + more + "\r\n";
}

std::vector<Socket> connect_many(const RudeSettings& settings, int receive_buffer = 0) {
    std::vector<Socket> clients;
    for (unsigned i = 0; i < settings.each; i++)
        clients.push_back(Socket::connect(settings.server, true, receive_buffer));
    return clients;
}

void receive_some(const Socket& client, size_t most) {
    std::vector<char> buffer(most);
    size_t size = 0;
    client.receive(buffer.data(), most, Clock::now() + std::chrono::seconds(10), size);
}

// All that comes until the connection ends.
std::string receive_all(const Socket& client, Socket::Got& how, milliseconds patience) {
    std::string all;
    char buffer[65536];
    size_t size = 0;
    auto until = Clock::now() + patience;
    while ((how = client.receive(buffer, sizeof(buffer), until, size)) == Socket::Got::data)
        all.append(buffer, size);
    return all;
}

std::string some_of(unsigned bad, unsigned all, const std::string& what) {
    return bad == 0 ? "" : std::to_string(bad) + " of " + std::to_string(all) + " " + what;
}

std::string reset_in_mid_head(const RudeSettings& settings) {
    for (Socket& client : connect_many(settings)) {
        client.send_all("GET /hello.txt HTTP/1.1\r\nHost: te");
        client.reset();
    }
    return "";
}

std::string reset_in_mid_transfer(const RudeSettings& settings) {
    auto clients = connect_many(settings);
    for (Socket& client : clients)
        client.send_all(request(settings.large));
    for (Socket& client : clients) {
        receive_some(client, 1000);
        client.reset();
    }
    return "";
}

std::string reset_at_once(const RudeSettings& settings) {
    for (unsigned i = 0; i < settings.each; i++) {
        Socket client = Socket::connect(settings.server);
        client.send_all(request(settings.large));
        client.reset();
    }
    return "";
}

std::string vanish_in_mid_body(const RudeSettings& settings) {
    for (Socket& client : connect_many(settings)) {
        client.send_all(request(settings.small, "Content-Length: 1000\r\n") + "abc");
        client.close();
    }
    return "";
}

std::string half_close(const RudeSettings& settings) {
    auto clients = connect_many(settings);
    for (Socket& client : clients) {
        client.send_all(request(settings.large));
        shutdown(client.fd(), SHUT_WR);
    }
    unsigned bad = 0;
    for (Socket& client : clients) {
        Socket::Got how;
        std::string all = receive_all(client, how, std::chrono::seconds(60));
        ResponseReader reader;
        reader.start(false);
        reader.feed(all);
        bad += how != Socket::Got::end || !reader.done() || !reader.fault().empty() ||
               reader.response().status != 200;
    }
    return some_of(bad, settings.each, "did not get the whole response");
}

// All requests are sent before the first answer is read; what does not fit waits in
// TCP on both sides, so the client reads and writes as it can.
std::string pipelined_flood(const RudeSettings& settings) {
    constexpr unsigned requests = 500;
    std::string flood;
    for (unsigned i = 0; i < requests; i++)
        flood += request(settings.small, i + 1 == requests ? "Connection: close\r\n" : "");
    unsigned bad = 0;
    auto clients = connect_many(settings);
    std::vector<std::jthread> writers;
    for (Socket& client : clients)
        writers.emplace_back([&client, &flood] { client.send_all(flood); });
    for (Socket& client : clients) {
        Socket::Got how;
        std::string all = receive_all(client, how, std::chrono::seconds(60));
        ResponseReader reader;
        std::string_view rest = all;
        unsigned good = 0;
        while (!rest.empty() && reader.fault().empty()) {
            reader.start(false);
            rest.remove_prefix(reader.feed(rest));
            good += reader.done() && reader.fault().empty() && reader.response().status == 200;
        }
        bad += good != requests || how != Socket::Got::end;
    }
    return some_of(bad, settings.each, "did not get all of 500 responses");
}

std::string noise(const RudeSettings& settings) {
    std::minstd_rand random(1);
    auto clients = connect_many(settings);
    for (Socket& client : clients) {
        std::string bytes(1 + random() % 3000, '\0');
        for (char& c : bytes)
            c = static_cast<char>(random() >> 16);
        client.send_all(bytes);
    }
    unsigned bad = 0;
    for (Socket& client : clients) {
        Socket::Got how;
        std::string all = receive_all(client, how, settings.head_timeout + settings.slack);
        bad += how == Socket::Got::timeout || !all.starts_with("HTTP/1.1 4");
    }
    return some_of(bad, settings.each, "were not refused");
}

// A byte now and then: must be cut off at head_timeout all the same.
std::string slow_head(const RudeSettings& settings) {
    auto clients = connect_many(settings);
    auto begin = Clock::now();
    std::string head = "GET /hello.txt HTTP/1.1\r\nHost: test\r\nX-Slow: ";
    auto pause = settings.head_timeout / 10;
    std::vector<std::string> got(clients.size());
    std::vector<Clock::time_point> ended(clients.size());
    size_t left = clients.size();
    for (size_t sent = 0; left && Clock::now() - begin < settings.head_timeout + settings.slack;
         sent++) {
        for (size_t i = 0; i < clients.size(); i++) {
            if (!clients[i].open())
                continue;
            char buffer[4096];
            size_t size = 0;
            auto how = clients[i].receive(buffer, sizeof(buffer), Clock::now(), size);
            if (how == Socket::Got::data)
                got[i].append(buffer, size);
            if (how == Socket::Got::timeout)
                clients[i].send_all(sent < head.size() ? head.substr(sent, 1) : "x");
            if (how == Socket::Got::end || how == Socket::Got::reset) {
                ended[i] = Clock::now();
                clients[i].close();
                left--;
            }
        }
        std::this_thread::sleep_for(pause);
    }
    if (left)
        return some_of(static_cast<unsigned>(left), settings.each, "were not cut off");
    unsigned bad = 0;
    for (size_t i = 0; i < clients.size(); i++)
        bad += !got[i].starts_with("HTTP/1.1 408 ") ||
               ended[i] - begin < settings.head_timeout - milliseconds(100);
    return some_of(bad, settings.each, "got no 408, or too early");
}

// Asks for a lot and reads nothing: the server must let go at send_timeout. If it is TCP
// that ends the connection (TCP_USER_TIMEOUT), it says nothing to a closed window; who
// sends something more then hears of it.
std::string closed_window(const RudeSettings& settings) {
    auto clients = connect_many(settings, 4096);
    auto begin = Clock::now();
    for (Socket& client : clients)
        for (int i = 0; i < 40; i++)
            client.send_all(request(settings.large));
    std::vector<pollfd> waited;
    for (Socket& client : clients)
        waited.push_back({client.fd(), POLLRDHUP, 0});
    size_t ended = 0;
    milliseconds first{0};
    while (ended < waited.size() && Clock::now() - begin < settings.send_timeout + settings.slack) {
        poll(waited.data(), waited.size(), 50);
        if (Clock::now() - begin > settings.send_timeout + milliseconds(500))
            for (const Socket& client : clients)
                [[maybe_unused]] ssize_t n =
                    send(client.fd(), "\r", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        ended = static_cast<size_t>(std::count_if(waited.begin(), waited.end(), [](pollfd& one) {
            return (one.revents & (POLLHUP | POLLERR | POLLRDHUP)) != 0;
        }));
        if (ended && first.count() == 0)
            first = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    }
    if (ended < waited.size())
        return some_of(static_cast<unsigned>(waited.size() - ended), settings.each,
                       "were not cut off by send_timeout");
    if (first < settings.send_timeout - milliseconds(200))
        return "the first was cut off after " + std::to_string(first.count()) + " ms already";
    return "";
}

// Reads little by little, and gets everything: slow is not stuck.
std::string slow_reader(const RudeSettings& settings) {
    auto clients = connect_many(settings, 16384);
    for (Socket& client : clients)
        client.send_all(request(settings.large, "Connection: close\r\n"));
    std::vector<ResponseReader> readers(clients.size());
    for (ResponseReader& reader : readers)
        reader.start(false);
    auto begin = Clock::now();
    size_t left = clients.size();
    std::vector<char> buffer(65536);
    while (left && Clock::now() - begin < std::chrono::seconds(60)) {
        for (size_t i = 0; i < clients.size(); i++) {
            if (!clients[i].open())
                continue;
            size_t size = 0;
            auto how = clients[i].receive(buffer.data(), buffer.size(), Clock::now(), size);
            if (how == Socket::Got::data)
                readers[i].feed({buffer.data(), size});
            if (how == Socket::Got::end || how == Socket::Got::reset) {
                clients[i].close();
                left--;
            }
        }
        std::this_thread::sleep_for(milliseconds(5));
    }
    auto good = static_cast<size_t>(
        std::count_if(readers.begin(), readers.end(), [](const ResponseReader& reader) {
            return reader.done() && reader.fault().empty() && reader.response().status == 200;
        }));
    return some_of(static_cast<unsigned>(clients.size() - good), settings.each,
                   "did not get the whole response");
}

} // namespace

std::string polite_request(const RudeSettings& settings) {
    try {
        Fetcher fetcher(settings.server, std::chrono::seconds(10));
        Response got = fetcher.get(settings.small);
        return got.status == 200 ? "" : "an ordinary request: " + std::to_string(got.status);
    } catch (const std::exception& e) {
        return std::string("an ordinary request: ") + e.what();
    }
}

const RudePhase rude_phases[] = {
    {"reset in the middle of a head", reset_in_mid_head},
    {"reset in the middle of a transfer", reset_in_mid_transfer},
    {"reset right after the request", reset_at_once},
    {"gone in the middle of a body", vanish_in_mid_body},
    {"half-closed, and still gets the whole response", half_close},
    {"500 pipelined requests", pipelined_flood},
    {"noise instead of a request", noise},
    {"a head that comes byte by byte is cut off by head_timeout", slow_head},
    {"a closed window is cut off by send_timeout", closed_window},
    {"a slow reader gets everything", slow_reader},
};
const size_t rude_phase_count = std::size(rude_phases);

} // namespace ktcp::test
