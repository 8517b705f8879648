// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// echo_traffic HOST:PORT: clients of many kinds in the middle of something, all the time.
// The server may come and go beneath them: they connect again, and compare every byte.
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <system_error>
#include <thread>
#include <vector>

#include "integration/exchange.hh"
#include "integration/machine.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;
using std::chrono::milliseconds;

enum class Kind { flow, messages, byte_by_byte, brief, reset, silent, deaf };

struct Options {
    std::string server;
    unsigned each = 6;
    unsigned silent = 0;
    unsigned deaf = 0;
    unsigned seconds = 60;
};

struct Tally {
    uint64_t connections = 0, ended = 0, bytes = 0, changed = 0;
    std::string fault;
};

volatile sig_atomic_t stopping = 0;

class Client {
public:
    Client(Kind kind, size_t number) : kind_(kind), number_(number) {}

    // Connects if it is time to.
    void begin(const Endpoint& server, const Noise& noise, Tally& tally) {
        if (exchange_.socket().open() || Clock::now() < pause_until_)
            return;
        tally.connections++;
        try {
            // A small window, so that what a deaf client sends soon has no place to go.
            int window = kind_ == Kind::deaf ? 4096 : 0;
            exchange_ = Exchange(Socket::connect(server, false, window), {});
        } catch (const std::system_error&) {
            return end(tally); // refused at once: the server is away
        }
        exchange_.half_closes = false;
        exchange_.reads = kind_ != Kind::deaf;
        exchange_.piece = 32 << 10; // many clients, each with a little at a time
        counted_ = 0;
        go_on(noise);
    }

    pollfd waited() const {
        short wanted = passive() ? 0 : POLLIN;
        if (!exchange_.socket().open())
            return {-1, 0, 0};
        return {exchange_.socket().fd(),
                static_cast<short>(exchange_.events() | wanted | POLLRDHUP), 0};
    }

    void step(short events, const Noise& noise, Tally& tally) {
        if (passive() && events & (POLLRDHUP | POLLHUP | POLLERR))
            return end(tally);
        exchange_.step();
        tally.bytes += exchange_.received() - counted_;
        counted_ = exchange_.received();
        if (!exchange_.fault().empty())
            return end(tally);
        if (kind_ == Kind::reset && exchange_.received() > 5000) {
            exchange_.socket().reset();
        } else if (exchange_.done()) {
            if (exchange_.half_closes)
                exchange_.socket().close();
            else if (!passive())
                go_on(noise);
        }
    }

private:
    // Those that do not read see the end by what poll reports.
    bool passive() const { return kind_ == Kind::silent || kind_ == Kind::deaf; }

    void go_on(const Noise& noise) {
        counted_ = 0;
        number_ += 101;
        switch (kind_) {
        case Kind::flow:
        case Kind::reset:
        case Kind::deaf:
            exchange_.next(noise.part(number_, noise.size() / 2));
            break;
        case Kind::byte_by_byte:
            exchange_.piece = 1;
            exchange_.next(noise.part(number_, 500));
            break;
        case Kind::brief:
            exchange_.half_closes = true;
            [[fallthrough]];
        case Kind::messages:
            exchange_.next(noise.part(number_, 1 + number_ % 4000));
            break;
        case Kind::silent:
            break;
        }
    }

    void end(Tally& tally) {
        if (exchange_.changed()) {
            tally.changed++;
            tally.fault = exchange_.fault();
        }
        tally.ended++;
        exchange_ = Exchange();
        pause();
    }

    void pause() { pause_until_ = Clock::now() + milliseconds(40); }

    Kind kind_;
    size_t number_, counted_ = 0;
    Exchange exchange_;
    Clock::time_point pause_until_{};
};

std::vector<Client> make_clients(const Options& options) {
    std::vector<Client> clients;
    auto add = [&](Kind kind, unsigned count) {
        for (unsigned i = 0; i < count; i++)
            clients.emplace_back(kind, clients.size());
    };
    for (Kind kind :
         {Kind::flow, Kind::messages, Kind::byte_by_byte, Kind::brief, Kind::reset, Kind::silent})
        add(kind, options.each);
    add(Kind::silent, options.silent);
    add(Kind::deaf, options.deaf);
    return clients;
}

int run(const Options& options) {
    Endpoint server = Endpoint::parse(options.server);
    Noise noise(16 << 20);
    std::vector<Client> clients = make_clients(options);
    if (raise_descriptor_limit() < clients.size() + 20)
        throw std::runtime_error("the limit of open files is too low for so many clients");
    std::vector<pollfd> waited(clients.size());
    Tally tally;
    auto until = Clock::now() + std::chrono::seconds(options.seconds);
    std::cout << "running " << clients.size() << " clients" << std::endl;
    while (!stopping && Clock::now() < until) {
        for (size_t i = 0; i < clients.size(); i++) {
            clients[i].begin(server, noise, tally);
            waited[i] = clients[i].waited();
        }
        poll(waited.data(), waited.size(), 20);
        for (size_t i = 0; i < clients.size(); i++)
            if (waited[i].revents)
                clients[i].step(waited[i].revents, noise, tally);
        // The server is to have a share of the processors, too.
        std::this_thread::sleep_for(milliseconds(2));
    }
    std::cout << tally.connections << " connections, " << tally.ended
              << " ended or refused by the server, " << tally.bytes << " bytes echoed, "
              << tally.changed << " changed" << (tally.fault.empty() ? "" : ": " + tally.fault)
              << std::endl;
    return tally.changed || tally.bytes == 0 ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments(
        "Keeps clients in the middle of long and short transfers, resets and silence until a "
        "signal or the time ends it. A server that is away is no failure, a changed byte is, "
        "and so is a run without any echo.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("each", options.each, "clients of each kind");
    arguments.option("silent", options.silent, "silent clients besides");
    arguments.option("deaf", options.deaf, "clients that send and never read");
    arguments.option("seconds", options.seconds, "the time", 1);
    arguments.parse(argc, argv);
    signal(SIGTERM, [](int) { stopping = 1; });
    signal(SIGINT, [](int) { stopping = 1; });
    return run_program([&] { return run(options); });
}
