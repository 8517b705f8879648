// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// syn_flood HOST:PORT FROM: SYNs from addresses that nobody answers at (FROM's /16), by a raw
// socket, so many a second and so many in all.
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <random>
#include <system_error>
#include <thread>

#include "floods/network.hh"
#include "support/arguments.hh"
#include "support/endpoint.hh"

namespace {

using namespace ktcp::test;

volatile std::sig_atomic_t stopped = 0;

struct Options {
    std::string server;
    std::string from;
    unsigned count = 20000;
    unsigned rate = 3000;
    unsigned seconds = 30;
};

// As RFC 9293 section 3.1 has it, of the pseudo header and the segment.
uint16_t checksum(const unsigned char* bytes, size_t size, uint32_t sum) {
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += static_cast<uint32_t>(bytes[i] << 8 | bytes[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(~sum);
}

class Flood {
public:
    Flood(const sockaddr_in& target, in_addr_t from)
        : target_(target), from_(from & 0xffff0000u),
          socket_(socket(AF_INET, SOCK_RAW, IPPROTO_RAW)) {
        if (!socket_.open())
            throw std::system_error(errno, std::generic_category(), "cannot make a raw socket");
    }

    void send_one() {
        struct {
            iphdr ip;
            tcphdr tcp;
            std::array<unsigned char, 4> mss;
        } packet{};
        static_assert(sizeof(packet) == 44);
        uint32_t from = from_ | (random_() & 0xffff);
        uint32_t to = ntohl(target_.sin_addr.s_addr);
        packet.ip.version = 4;
        packet.ip.ihl = 5;
        packet.ip.ttl = 64;
        packet.ip.protocol = IPPROTO_TCP;
        packet.ip.saddr = htonl(from);
        packet.ip.daddr = target_.sin_addr.s_addr;
        packet.tcp.source = htons(static_cast<uint16_t>(1024 + random_() % 60000));
        packet.tcp.dest = target_.sin_port;
        packet.tcp.seq = static_cast<uint32_t>(random_());
        packet.tcp.doff = 6;
        packet.tcp.syn = 1;
        packet.tcp.window = htons(64240);
        packet.mss = {2, 4, 0x05, 0xb4}; // 1460
        std::array<unsigned char, 24> segment;
        memcpy(segment.data(), &packet.tcp, segment.size());
        uint32_t pseudo = (from >> 16) + (from & 0xffff) + (to >> 16) + (to & 0xffff) +
                          IPPROTO_TCP + static_cast<uint32_t>(segment.size());
        packet.tcp.check = htons(checksum(segment.data(), segment.size(), pseudo));
        if (sendto(socket_.fd(), &packet, sizeof(packet), 0,
                   reinterpret_cast<const sockaddr*>(&target_), sizeof(target_)) < 0 &&
            errno != ENOBUFS)
            throw std::system_error(errno, std::generic_category(), "cannot send");
    }

private:
    sockaddr_in target_;
    uint32_t from_;
    Socket socket_;
    std::minstd_rand random_{7};
};

int run(const Options& options) {
    Flood flood(target_in_namespace(options.server), private_address(options.from));
    auto begin = Clock::now(), end = begin + std::chrono::seconds(options.seconds);
    unsigned sent = 0;
    while (sent < options.count && Clock::now() < end && !stopped) {
        std::chrono::duration<double> passed = Clock::now() - begin;
        auto due = static_cast<unsigned>(passed.count() * options.rate);
        for (; sent < options.count && sent < due && !stopped; sent++)
            flood.send_one();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    std::cout << "sent " << sent << std::endl;
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Sends SYNs from addresses of others, in a network namespace of a test's "
                        "own, until it has sent so many, its time is up, or SIGTERM.");
    arguments.positional("server", options.server, "10.x.x.x:PORT");
    arguments.positional("from", options.from, "10.x.0.0, whose /16 they claim to come from");
    arguments.option("count", options.count, "in all", 1);
    arguments.option("rate", options.rate, "a second, at most", 1);
    arguments.option("seconds", options.seconds, "at most", 1);
    arguments.parse(argc, argv);
    std::signal(SIGTERM, [](int) { stopped = 1; });
    return run_program([&] { return run(options); });
}
