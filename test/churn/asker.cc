// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/asker.hh"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace ktcp::test {

namespace {

constexpr Nanoseconds patience = 20'000'000'000;
constexpr size_t sip = 8 * 1024; // of a slow client

} // namespace

Asker::Asker(const Endpoint& server, Curiosity curiosity, Judge& judge, unsigned connections)
    : server_(server), curiosity_(std::move(curiosity)), judge_(judge), clients_(connections),
      buffer_(256 * 1024), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0)
        throw std::system_error(errno, std::generic_category(), "cannot make an epoll");
    for (unsigned i = 0; i < connections; i++)
        clients_[i].slow = i % 10 == 9;
}

Asker::~Asker() { close(epoll_); }

void Asker::drop(Client& client) {
    client.socket.close(); // leaves the epoll, too
    client.asked.clear();
    client.rests_until = 0;
}

void Asker::ask(Client& client) {
    if (!client.socket.open()) {
        client.socket = Socket::connect(server_, true, client.slow ? 16 * 1024 : 0);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &client;
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket.fd(), &event) != 0)
            throw std::system_error(errno, std::generic_category(), "cannot watch a socket");
    }
    const unsigned count = curiosity_.chance(10) ? 2 + curiosity_.below(4) : 1;
    std::string text;
    for (unsigned i = 0; i < count; i++) {
        client.asked.push_back(curiosity_.next());
        client.asked.back().last_on_connection = i + 1 == count && curiosity_.chance(15);
        text += client.asked.back().text();
    }
    client.reader = ResponseReader();
    client.reader.start(client.asked.front().head);
    const Nanoseconds now = monotonic_ns();
    for (Question& question : client.asked)
        question.sent = now;
    if (!client.socket.send_all(text))
        ended(client, "the connection had ended");
}

void Asker::ended(Client& client, const char* how) {
    // What it waited for is the first one's; the others never had their turn.
    if (!client.asked.empty()) {
        client.reader.end_of_input();
        const Response& got = client.reader.response();
        judge_.broken(client.asked.front(),
                      std::string(how) + " after " + std::to_string(got.body_size) + " of " +
                          std::to_string(got.content_length) + " bytes, status " +
                          std::to_string(got.status),
                      monotonic_ns());
    }
    drop(client);
}

void Asker::receive(Client& client) {
    size_t size = 0;
    const size_t most = client.slow ? sip : buffer_.size();
    switch (client.socket.receive(buffer_.data(), most, Clock::now(), size)) {
    case Socket::Got::data:
        take(client, {buffer_.data(), size});
        if (client.slow)
            client.rests_until = monotonic_ns() + curiosity_.below(4'000'000);
        break;
    case Socket::Got::end:
        ended(client, "the connection was ended");
        break;
    case Socket::Got::reset:
        ended(client, "the connection was reset");
        break;
    case Socket::Got::timeout:
        break;
    }
}

void Asker::take(Client& client, std::string_view bytes) {
    const Nanoseconds now = monotonic_ns();
    while (!client.asked.empty()) {
        bytes.remove_prefix(client.reader.feed(bytes));
        if (!client.reader.done())
            return;
        if (!client.reader.fault().empty()) {
            judge_.broken(client.asked.front(), client.reader.fault(), now);
            return drop(client);
        }
        const Response& got = client.reader.response();
        judge_.judge(client.asked.front(), got, now);
        const std::string* connection = got.find("Connection");
        const bool closes = connection && equal_ignoring_case(*connection, "close");
        if (closes && client.asked.size() > 1)
            judge_.fault("connection", "closed before the last of several requests");
        client.asked.pop_front();
        if (closes)
            return drop(client);
        if (!client.asked.empty())
            client.reader.start(client.asked.front().head);
    }
    if (!bytes.empty()) {
        judge_.fault("connection", "more bytes than the answer has");
        drop(client);
    }
}

void Asker::run(const std::stop_token& stop) {
    constexpr int most = 64;
    epoll_event events[most];
    for (bool waiting = true; waiting || !stop.stop_requested();) {
        const Nanoseconds now = monotonic_ns();
        waiting = false;
        bool rests = false;
        for (Client& client : clients_) {
            if (client.asked.empty() && !stop.stop_requested())
                ask(client);
            if (client.asked.empty())
                continue;
            waiting = true;
            if (client.slow && client.rests_until <= now)
                receive(client);
            rests = rests || client.slow;
            if (!client.asked.empty() && now - client.asked.front().sent > patience)
                ended(client, "nothing came for 20 s");
        }
        if (!waiting)
            continue;
        const int count = epoll_wait(epoll_, events, most, rests ? 1 : 100);
        for (int i = 0; i < count; i++) {
            Client& client = *static_cast<Client*>(events[i].data.ptr);
            if (!client.slow && !client.asked.empty())
                receive(client);
        }
    }
}

} // namespace ktcp::test
