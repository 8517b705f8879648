// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "floods/crowd.hh"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace ktcp::test {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds round_time{10};

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void set(int fd, int level, int option, int value) {
    if (setsockopt(fd, level, option, &value, sizeof(value)) != 0)
        fail("cannot set an option of a socket");
}

} // namespace

Crowd::Crowd(const CrowdSettings& settings)
    : settings_(settings), events_(epoll_create1(EPOLL_CLOEXEC)), began_(Clock::now()),
      next_turn_(began_ + settings.pause) {
    if (events_ < 0)
        fail("cannot wait for events");
    members_.reserve(settings.clients);
    for (size_t i = 0; i < settings.clients; i++) {
        members_.push_back(
            {HostileClient(settings.kind, settings.target), {}, Member::State::apart, {}});
        apart_.push_back(settings.clients - 1 - i);
    }
}

Crowd::~Crowd() { close(events_); }

void Crowd::watch(int fd, size_t number, uint32_t events, int how) const {
    epoll_event event{};
    event.events = events | EPOLLRDHUP;
    event.data.u64 = number;
    if (epoll_ctl(events_, how, fd, &event) != 0)
        fail("cannot wait for a socket");
}

bool Crowd::round() {
    connect_some();
    std::array<epoll_event, 256> events;
    int count = epoll_wait(events_, events.data(), events.size(), round_time.count());
    for (int i = 0; i < count; i++) {
        size_t number = events[static_cast<size_t>(i)].data.u64;
        uint32_t what = events[static_cast<size_t>(i)].events;
        Member& member = members_[number];
        if (member.state == Member::State::connecting)
            what&(EPOLLERR | EPOLLHUP) ? turned_away(number) : established(number);
        else if (member.state == Member::State::connected &&
                 (what & (EPOLLERR | EPOLLHUP | EPOLLRDHUP) || !member.client.readable()))
            lost(number);
    }
    if (Clock::now() >= next_turn_)
        turns();
    return settings_.again || tally_.present > 0 || !apart_.empty() ||
           tally_.connected + tally_.failed < tally_.tried;
}

void Crowd::connect_some() {
    std::chrono::duration<double> passed = Clock::now() - began_;
    auto due = static_cast<uint64_t>(passed.count() * settings_.rate);
    // Not all at once what was missed while others had the processor.
    for (unsigned i = 0; i < 64 && !apart_.empty() && tally_.tried < due; i++) {
        size_t number = apart_.back();
        apart_.pop_back();
        connect(number);
    }
}

void Crowd::connect(size_t number) {
    Member& member = members_[number];
    Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.open())
        fail("cannot make a socket");
    if (int size = HostileClient::receive_buffer(settings_.kind))
        set(socket.fd(), SOL_SOCKET, SO_RCVBUF, size);
    set(socket.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
    if (settings_.from) {
        sockaddr_in own{};
        own.sin_family = AF_INET;
        own.sin_addr.s_addr =
            htonl(settings_.from + static_cast<uint32_t>(number % settings_.addresses));
        // The port is chosen when it is known where to: each address has them all.
        set(socket.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        if (bind(socket.fd(), reinterpret_cast<sockaddr*>(&own), sizeof(own)) != 0)
            fail("cannot have that address");
    }
    tally_.tried++;
    member.state = Member::State::connecting;
    member.connecting = std::move(socket);
    if (::connect(member.connecting.fd(), reinterpret_cast<const sockaddr*>(&settings_.server),
                  sizeof(settings_.server)) != 0 &&
        errno != EINPROGRESS)
        return turned_away(number);
    watch(member.connecting.fd(), number, EPOLLOUT, EPOLL_CTL_ADD);
}

void Crowd::established(size_t number) {
    Member& member = members_[number];
    watch(member.connecting.fd(), number, member.client.hears() ? uint32_t{EPOLLIN} : 0,
          EPOLL_CTL_MOD);
    member.client.begin(std::move(member.connecting));
    member.connecting = Socket();
    member.state = Member::State::connected;
    member.since = Clock::now();
    tally_.connected++;
    tally_.most = std::max(tally_.most, ++tally_.present);
}

void Crowd::turned_away(size_t number) {
    Member& member = members_[number];
    member.connecting.close();
    tally_.failed++;
    member.state = settings_.again ? Member::State::apart : Member::State::gone;
    if (settings_.again)
        apart_.push_front(number);
}

void Crowd::lost(size_t number) {
    Member& member = members_[number];
    tally_.longest =
        std::max(tally_.longest, std::chrono::ceil<milliseconds>(Clock::now() - member.since));
    tally_.ended++;
    left(number);
}

void Crowd::left(size_t number) {
    Member& member = members_[number];
    tally_.received += member.client.received();
    member.client.socket().reset();
    tally_.present--;
    member.state = settings_.again ? Member::State::apart : Member::State::gone;
    if (settings_.again)
        apart_.push_front(number);
}

void Crowd::turns() {
    for (size_t i = 0; i < members_.size(); i++) {
        Member& member = members_[i];
        if (member.state != Member::State::connected)
            continue;
        if (!member.client.turn())
            lost(i);
        // A server that has forgotten it sends nothing that would get here.
        else if (settings_.hold.count() && Clock::now() - member.since > settings_.hold)
            left(i);
    }
    next_turn_ = Clock::now() + settings_.pause;
}

} // namespace ktcp::test
