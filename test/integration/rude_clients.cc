// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// rude_clients HOST:PORT: many clients that misbehave, kind by kind; or, with --hold,
// clients that are all in the middle of something when the server is taken away.
#include <iostream>

#include "integration/machine.hh"
#include "integration/rude_hold.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string server;
    unsigned head_timeout = 1500;
    unsigned send_timeout = 2500;
    unsigned slack = 4000;
    unsigned hold = 0;
};

int run_phases(const RudeSettings& settings) {
    unsigned failed = 0;
    for (size_t i = 0; i < rude_phase_count; i++) {
        const RudePhase& phase = rude_phases[i];
        auto begin = Clock::now();
        std::string fault = phase.run(settings);
        if (fault.empty())
            fault = polite_request(settings);
        std::chrono::duration<double> took = Clock::now() - begin;
        std::cout << (fault.empty() ? "ok - " : "not ok - ") << settings.each
                  << " clients: " << phase.name << (fault.empty() ? "" : ": " + fault) << " ("
                  << took.count() << " s)" << std::endl;
        failed += !fault.empty();
    }
    return failed ? 1 : 0;
}

int run(const Options& options, RudeSettings settings) {
    settings.server = Endpoint::parse(options.server);
    settings.head_timeout = std::chrono::milliseconds(options.head_timeout);
    settings.send_timeout = std::chrono::milliseconds(options.send_timeout);
    settings.slack = std::chrono::milliseconds(options.slack);
    raise_descriptor_limit();
    if (!options.hold)
        return run_phases(settings);
    unsigned left = hold_clients(settings, std::chrono::seconds(options.hold));
    std::cout << left << " clients were not ended" << std::endl;
    return left ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    RudeSettings settings;
    Arguments arguments(
        "Misbehaves in many ways, and checks that the server bears it. It must serve "
        "a large and a small file, and be started with the time-outs given here.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("each", settings.each, "clients of each kind", 1);
    arguments.option("large", settings.large, "target of 1 MiB or more");
    arguments.option("small", settings.small, "target of a few bytes");
    arguments.option("head-timeout", options.head_timeout, "the server's, in milliseconds");
    arguments.option("send-timeout", options.send_timeout, "the server's, in milliseconds");
    arguments.option("slack", options.slack, "milliseconds by which it may be late");
    arguments.option("hold", options.hold,
                     "instead: keep clients in mid-transfer for at most so many seconds");
    arguments.parse(argc, argv);
    return run_program([&] { return run(options, settings); });
}
