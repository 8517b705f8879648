// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// idle_clients HOST:PORT N: do N silent connections slow active ones down, or cost
// the kernel threads? The original gave each of them a thread, or a worker, for life.
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <thread>
#include <vector>

#include "integration/load.hh"
#include "integration/machine.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string server;
    unsigned count = 10000;
    unsigned active = 4;
    unsigned milliseconds = 2000;
    unsigned rounds = 3;
    std::string target = "/";
    std::string name = "server";
    double least = 0.7;
    unsigned more_threads = 4;
    bool half_heads = false;
    bool echo = false;
};

class IdleClients {
public:
    explicit IdleClients(const Options& options)
        : options_(options), server_(Endpoint::parse(options.server)) {}

    int run() {
        uint64_t needed = options_.count + 100;
        if (raise_descriptor_limit() < needed)
            throw std::runtime_error("the limit of open files is too low: run `ulimit -n " +
                                     std::to_string(needed) + "` first");
        measure("warm-up");
        // Rounds with and without, in turn: a busy machine does to both what it does, but not
        // evenly. The best of each counts; where that is not enough there are more rounds, which
        // help who was unlucky, and not who is slow.
        const unsigned most = options_.rounds * 4;
        for (unsigned round = 0;
             round < options_.rounds || (share() < options_.least && round < most); round++) {
            Load before = measure("without idle clients");
            threads_before_ = std::max(threads_before_, count_kernel_threads());
            connect_all();
            Load with = measure("with " + std::to_string(idle_.size()) + " idle clients");
            threads_with_ = std::max(threads_with_, count_kernel_threads());
            best_before_ = std::max(best_before_, before.rate());
            best_with_ = std::max(best_with_, with.rate());
            failures_ += before.failures + with.failures;
            check_still_open();
            idle_.clear();
        }
        return verdict();
    }

private:
    Load measure(const std::string& when) {
        auto connect = [this] {
            return options_.echo ? echo_round_trip(server_, 64)
                                 : http_round_trip(server_, options_.target);
        };
        Load load = measure_load(connect, options_.active,
                                 std::chrono::milliseconds(options_.milliseconds));
        std::cout << "# " << when << ": " << load.text()
                  << (load.fault.empty() ? "" : " (" + load.fault + ")") << std::endl;
        return load;
    }

    void connect_all() {
        uint64_t memory = available_memory();
        while (idle_.size() < options_.count) {
            idle_.push_back(Socket::connect(server_));
            if (options_.half_heads)
                idle_.back().send_all("GET / HT");
        }
        // Both ends are on this machine, and so is the memory of both.
        if (uint64_t now = available_memory(); now < memory)
            std::cout << "# memory per idle connection, both ends: "
                      << (memory - now) / options_.count << " bytes" << std::endl;
    }

    void check_still_open() {
        std::vector<pollfd> waited;
        for (const Socket& socket : idle_)
            waited.push_back({socket.fd(), POLLIN | POLLRDHUP, 0});
        int ended = poll(waited.data(), waited.size(), 0);
        ended_ += ended > 0 ? static_cast<unsigned>(ended) : 0;
    }

    double share() const { return best_before_ > 0 ? best_with_ / best_before_ : 0; }

    int verdict() {
        unsigned failed = 0;
        auto say = [&](bool good, const std::string& what) {
            std::cout << (good ? "ok - " : "not ok - ") << what << std::endl;
            failed += !good;
        };
        std::string with = " with " + std::to_string(options_.count) + " idle";
        say(failures_ == 0, std::to_string(failures_) + " round trips failed");
        say(ended_ == 0, "idle clients that the server gave up: " + std::to_string(ended_));
        char line[160];
        snprintf(line, sizeof(line),
                 "%s/s: %.0f before, %.0f%s, that is %.0f %% (at least %.0f %%)",
                 options_.echo ? "round trips" : "requests", best_before_, best_with_, with.c_str(),
                 share() * 100, options_.least * 100);
        say(share() >= options_.least, line);
        std::cout << "figure: " << options_.name << ", " << line << std::endl;
        int more = static_cast<int>(threads_with_) - static_cast<int>(threads_before_);
        std::string threads = "kernel threads: " + std::to_string(threads_before_) + " before, " +
                              std::to_string(threads_with_) + with;
        say(more <= static_cast<int>(options_.more_threads), threads);
        std::cout << "figure: " << options_.name << ", " << threads << std::endl;
        return failed ? 1 : 0;
    }

    const Options& options_;
    Endpoint server_;
    std::vector<Socket> idle_;
    unsigned threads_before_ = 0, threads_with_ = 0, ended_ = 0;
    double best_before_ = 0, best_with_ = 0;
    uint64_t failures_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments(
        "Measures requests over a few active connections, with and without N silent "
        "ones. Start a web server with an idle_timeout longer than the test.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.positional("count", options.count, "how many silent connections");
    arguments.option("active", options.active, "active connections", 1);
    arguments.option("time", options.milliseconds, "of one measurement, in milliseconds", 1);
    arguments.option("rounds", options.rounds,
                     "of both measurements; up to four times as many if too little is left", 1);
    arguments.option("target", options.target, "what is asked for");
    arguments.option("name", options.name, "the server's, for the figures");
    arguments.option("least", options.least, "the share of the request rate that must be left");
    arguments.option("more-threads", options.more_threads,
                     "kernel threads that may come (other work of the kernel starts some)");
    arguments.flag("echo", options.echo, "it is an echo server: 64 bytes are sent and awaited");
    arguments.flag("half-heads", options.half_heads,
                   "each silent client sends half a request head first");
    arguments.parse(argc, argv);
    return run_program([&] { return IdleClients(options).run(); });
}
