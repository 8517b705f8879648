// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// rude_crowd HOST:PORT KIND: thousands of clients that ask for a large file, read nothing of
// it, and leave rudely, some of them each moment, while others take their places. How many
// leave a second is given, so that it is known what this program itself costs.
#include <poll.h>

#include <csignal>
#include <deque>
#include <iostream>
#include <thread>

#include "integration/machine.hh"
#include "support/arguments.hh"
#include "support/endpoint.hh"

namespace {

using namespace ktcp::test;
using std::chrono::milliseconds;

volatile std::sig_atomic_t stopped = 0;

struct Options {
    std::string server;
    std::string kind;
    std::string target = "/1m.bin";
    unsigned clients = 4000;
    unsigned rate = 400;
    unsigned time = 60;
};

class Crowd {
public:
    explicit Crowd(const Options& options)
        : options_(options), server_(Endpoint::parse(options.server)),
          request_("GET " + options.target + " HTTP/1.1\r\nHost: test\r\n\r\n") {}

    // Connects a hundredth of the crowd every few milliseconds, as a listener's queue is short.
    void gather() {
        while (clients_.size() < options_.clients && !stopped) {
            for (unsigned i = 0; i <= options_.clients / 100 && clients_.size() < options_.clients;
                 i++)
                join();
            std::this_thread::sleep_for(milliseconds(10));
        }
    }

    void come_and_go() {
        auto end = Clock::now() + std::chrono::seconds(options_.time);
        double due = 0;
        auto last = Clock::now();
        while (Clock::now() < end && !stopped) {
            std::this_thread::sleep_for(milliseconds(2)); // one at a time, not a burst
            auto now = Clock::now();
            due += std::chrono::duration<double>(now - last).count() * options_.rate;
            last = now;
            for (; due >= 1; due--) {
                leave();
                join();
            }
        }
    }

    unsigned long long left() const { return left_; }

private:
    void join() {
        // A window that closes at once: the server is in the middle of sending for good.
        Socket client = Socket::connect(server_, true, 4096);
        client.send_all(request_);
        if (options_.kind == "half-close")
            shutdown(client.fd(), SHUT_WR);
        clients_.push_back(std::move(client));
    }

    // The one that has been there longest.
    void leave() {
        clients_.front().reset();
        clients_.pop_front();
        left_++;
    }

    const Options& options_;
    Endpoint server_;
    std::string request_;
    std::deque<Socket> clients_;
    unsigned long long left_ = 0;
};

int run(const Options& options) {
    if (options.kind != "reset" && options.kind != "half-close")
        throw std::runtime_error("KIND is reset or half-close");
    raise_descriptor_limit();
    std::signal(SIGTERM, [](int) { stopped = 1; });
    Crowd crowd(options);
    crowd.gather();
    std::cout << options.clients << " clients are in mid-transfer" << std::endl;
    crowd.come_and_go();
    std::cout << crowd.left() << " of them left" << std::endl;
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Keeps a crowd of clients in the middle of a transfer that they do not "
                        "read; those that leave do it by RST, whatever is on its way.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.positional("kind", options.kind,
                         "reset: just that. half-close: FIN right after the request, RST later");
    arguments.option("target", options.target, "a file of 1 MiB or more");
    arguments.option("clients", options.clients, "at a time", 1);
    arguments.option("rate", options.rate, "how many leave, and are replaced, a second");
    arguments.option("time", options.time, "seconds", 1);
    arguments.parse(argc, argv);
    return run_program([&] { return run(options); });
}
