// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Many hostile clients, from one address or many, in one thread.
#pragma once

#include <netinet/in.h>
#include <sys/epoll.h>

#include <csignal>
#include <cstdint>
#include <deque>
#include <vector>

#include "floods/hostile_client.hh"

namespace ktcp::test {

struct CrowdSettings {
    sockaddr_in server{};
    Kind kind = Kind::silent;
    std::string target;
    unsigned clients = 100;
    uint32_t from = 0; // the first address; 0: whatever the route says
    unsigned addresses = 1;
    unsigned rate = 2000;                 // attempts to connect a second, at most
    std::chrono::milliseconds pause{300}; // between two turns of a client
    std::chrono::milliseconds hold{0};    // after which who hears nothing leaves; 0: never
    bool again = false;                   // whoever was ended comes back
};

struct CrowdTally {
    uint64_t tried = 0, connected = 0, failed = 0, ended = 0, received = 0;
    unsigned present = 0, most = 0;      // at a time
    std::chrono::milliseconds longest{}; // that one was borne
};

class Crowd {
public:
    explicit Crowd(const CrowdSettings& settings);
    ~Crowd();

    // Some milliseconds of it. False: all have been ended, and none comes again.
    bool round();
    const CrowdTally& tally() const { return tally_; }

private:
    struct Member {
        enum class State { apart, connecting, connected, gone };
        HostileClient client;
        Socket connecting;
        State state = State::apart;
        Clock::time_point since{};
    };

    void connect_some();
    void connect(size_t number);
    void established(size_t number);
    void lost(size_t number);
    void left(size_t number);
    void turned_away(size_t number);
    void turns();
    void watch(int fd, size_t number, uint32_t events, int how) const;

    const CrowdSettings& settings_;
    std::vector<Member> members_;
    std::deque<size_t> apart_; // those that want a connection
    int events_;
    CrowdTally tally_;
    Clock::time_point began_, next_turn_;
};

} // namespace ktcp::test
