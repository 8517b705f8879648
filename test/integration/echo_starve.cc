// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// echo_starve HOST:PORT: how many silent clients does it take until a new one is not
// served? A worker that waits for its client is lost for all others; so are threads.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <iostream>

#include "integration/exchange.hh"
#include "integration/machine.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string server;
    std::string name = "server";
    unsigned most = 3000;
    unsigned patience = 2000;
    unsigned at_least = 0;
    unsigned at_most = 0;
    double threads = -1;
};

class Starving {
public:
    explicit Starving(const Options& options)
        : options_(options), server_(Endpoint::parse(options.server)), patience_(options.patience) {
    }

    int run() {
        if (raise_descriptor_limit() < options_.most + 20)
            throw std::runtime_error("the limit of open files is too low for so many clients");
        if (!is_served())
            throw std::runtime_error("the first client already is not served");
        unsigned threads = count_kernel_threads();
        while (silent_.size() < options_.most && is_served())
            silent_.push_back(std::move(connect_many(server_, 1, patience_)[0]));
        count_ = static_cast<unsigned>(silent_.size());
        report_limit();
        report_threads(threads);
        if (starves())
            recover();
        silent_.clear();
        std::vector<Exchange> several;
        for (Socket& socket : connect_many(server_, 20, patience_))
            several.emplace_back(std::move(socket), "x");
        finish(several, 5 * patience_);
        say(true, "when they have left, new clients are served");
        return failed_ ? 1 : 0;
    }

private:
    bool starves() const { return waiting_.socket().open(); }

    // A new client; if it is not served it is kept, waiting.
    bool is_served() {
        Exchange client(std::move(connect_many(server_, 1, patience_)[0]), "x");
        auto until = Clock::now() + patience_;
        while (Clock::now() < until && !client.done() && client.fault().empty()) {
            client.step();
            pollfd waited{client.socket().fd(), POLLIN, 0};
            poll(&waited, 1, 50);
        }
        if (!client.fault().empty())
            throw std::runtime_error(client.fault());
        bool served = client.done();
        if (!served)
            waiting_ = std::move(client);
        return served;
    }

    void report_limit() {
        std::string text =
            starves() ? "with " + std::to_string(count_) + " silent clients a new one is not served"
                      : "with " + std::to_string(count_) + " silent clients a new one is served";
        std::cout << "figure: " << options_.name << ": " << text << std::endl;
        if (options_.at_most)
            say(starves() && count_ >= options_.at_least && count_ <= options_.at_most,
                text + " (expected: not served, with " + std::to_string(options_.at_least) +
                    " to " + std::to_string(options_.at_most) + ")");
        else
            say(!starves(), text);
    }

    void report_threads(unsigned before) {
        unsigned with = count_kernel_threads();
        double each = (double(with) - double(before)) / count_;
        char line[160];
        snprintf(line, sizeof(line), "kernel threads: %u before, %u with %u silent clients", before,
                 with, count_);
        // Servers in user space, and workers that were idle already, cost none.
        if (options_.threads >= 0 || each > 0.1)
            std::cout << "figure: " << options_.name << ": " << line << std::endl;
        if (options_.threads < 0)
            return;
        say(each > options_.threads - 0.1 && each < options_.threads + 0.1,
            std::string(line) + " (expected: " + std::to_string(int(options_.threads)) + " each)");
    }

    // The one that waits is served when others leave: at once if all share their workers,
    // else when one leaves that was served where it is to be.
    void recover() {
        unsigned left = 0;
        auto until = Clock::now() + patience_;
        while (!waiting_.done() && waiting_.fault().empty() && Clock::now() <= until) {
            if (!silent_.empty()) {
                silent_.pop_front();
                left++;
                until = Clock::now() + 2 * patience_;
            }
            pollfd waited{waiting_.socket().fd(), POLLIN, 0};
            poll(&waited, 1, 100);
            waiting_.step();
        }
        say(waiting_.done(),
            "the one that waited was served when " + std::to_string(left) + " of them had left");
    }

    void say(bool good, const std::string& what) {
        std::cout << (good ? "ok - " : "not ok - ") << what << std::endl;
        failed_ += !good;
    }

    const Options& options_;
    Endpoint server_;
    Patience patience_;
    std::deque<Socket> silent_;
    Exchange waiting_;
    unsigned count_ = 0, failed_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Opens silent connections until a new client is not echoed any more, and "
                        "checks that it is when they leave.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("name", options.name, "the server's, for the figures");
    arguments.option("most", options.most, "silent clients; then it is held not to starve", 1);
    arguments.option("patience", options.patience, "milliseconds that an echo may take", 1);
    arguments.option("at-least", options.at_least, "silent clients that it must bear");
    arguments.option("at-most", options.at_most,
                     "it must starve with so many, at the latest; 0: never");
    arguments.option("threads", options.threads,
                     "kernel threads that each silent client is to cost; negative: any number");
    arguments.parse(argc, argv);
    return run_program([&] { return Starving(options).run(); });
}
