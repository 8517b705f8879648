// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// hostile_clients HOST:PORT KIND: connections that hold on to a server.
#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "floods/crowd.hh"
#include "floods/network.hh"
#include "integration/machine.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

volatile std::sig_atomic_t stopped = 0;

struct Options {
    std::string server, kind, from;
    unsigned seconds = 60;
    unsigned pause = 300;
    unsigned hold = 0;
};

Kind kind_of(const std::string& name) {
    auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& one) { return name == one.name; });
    if (found == kinds.end())
        throw std::runtime_error("'" + name + "' is no kind of client; --help lists them");
    return found->kind;
}

int run(const Options& options, CrowdSettings settings) {
    settings.server = target_in_namespace(options.server);
    settings.kind = kind_of(options.kind);
    settings.pause = std::chrono::milliseconds(options.pause);
    settings.hold = std::chrono::milliseconds(options.hold);
    if (!options.from.empty())
        settings.from = private_address(options.from);
    if (raise_descriptor_limit() < settings.clients + 20)
        throw std::runtime_error("the limit of open files is too low for so many clients");
    Crowd crowd(settings);
    auto end = Clock::now() + std::chrono::seconds(options.seconds);
    bool goes_on = true;
    while (!stopped && goes_on && Clock::now() < end)
        goes_on = crowd.round();
    const CrowdTally& tally = crowd.tally();
    std::cout << "tried " << tally.tried << " connected " << tally.connected << " failed "
              << tally.failed << " ended " << tally.ended << " left " << tally.present << " most "
              << tally.most << " longest " << tally.longest.count() << " received "
              << tally.received << std::endl;
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    CrowdSettings settings;
    settings.target = "/1m.bin";
    Arguments arguments(
        "Attacks a server, in a network namespace of a test's own: until all connections were "
        "ended by the server, the time is up, or SIGTERM. Then it says how many it tried, and "
        "what became of them; \"longest\" is in milliseconds, of those that the server ended.");
    arguments.positional("server", options.server, "10.x.x.x:PORT");
    arguments.positional("kind", options.kind,
                         "silent; headers, body, read: slowly; window: asks, does not read; "
                         "unread: sends to an echo server, does not read");
    arguments.option("clients", settings.clients, "at a time", 1);
    arguments.option("from", options.from, "their first address, 10.x.x.x");
    arguments.option("addresses", settings.addresses, "that they have, from there on", 1);
    arguments.option("rate", settings.rate, "attempts to connect a second, at most", 1);
    arguments.option("pause", options.pause, "milliseconds between two bytes or fields", 1);
    arguments.option("hold", options.hold,
                     "milliseconds after which a client leaves by itself; 0: never");
    arguments.option("target", settings.target, "what they ask for");
    arguments.option("seconds", options.seconds, "at most", 1);
    arguments.flag("again", settings.again, "who was ended comes back");
    arguments.parse(argc, argv);
    std::signal(SIGTERM, [](int) { stopped = 1; });
    return run_program([&] { return run(options, settings); });
}
