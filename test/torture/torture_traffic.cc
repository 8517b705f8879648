// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// torture_traffic echo|http HOST:PORT: clients in the middle of something, while the server
// comes and goes.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <stdexcept>

#include "integration/machine.hh"
#include "support/arguments.hh"
#include "torture/traffic.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string protocol, server;
    std::string manners = "idle,slow,mid-head,mid-body,mid-send,half-closed,reset,crowd,busy";
    unsigned clients = 4;
    unsigned seconds = 3600;
};

volatile sig_atomic_t stopping = 0;

Manner manner_of(const std::string& name) {
    auto found = std::find_if(manners.begin(), manners.end(),
                              [&](const NamedManner& one) { return name == one.name; });
    if (found == manners.end())
        throw std::runtime_error("'" + name + "' is no manner; --help lists them");
    return found->manner;
}

std::vector<std::unique_ptr<Client>> make_clients(const Options& options) {
    bool echo = options.protocol == "echo";
    if (!echo && options.protocol != "http")
        throw std::runtime_error("the protocol is echo or http");
    std::vector<std::unique_ptr<Client>> clients;
    for (size_t at = 0; at <= options.manners.size();) {
        size_t end = std::min(options.manners.find(',', at), options.manners.size());
        Manner manner = manner_of(options.manners.substr(at, end - at));
        for (unsigned i = 0; i < options.clients; i++)
            clients.push_back(echo ? make_echo_client(manner, clients.size())
                                   : make_http_client(manner, clients.size()));
        at = end + 1;
    }
    return clients;
}

int run(const Options& options) {
    auto clients = make_clients(options);
    if (raise_descriptor_limit() < clients.size() + 20)
        throw std::runtime_error("the limit of open files is too low for so many clients");
    Tally tally = run_clients(Endpoint::parse(options.server), std::move(clients), stopping,
                              Clock::now() + std::chrono::seconds(options.seconds));
    std::cout << tally.established << " connections, " << tally.refused << " refused, "
              << tally.ended << " ended, " << tally.done << " answers, " << tally.bytes
              << " bytes, " << tally.faults << " faults"
              << (tally.fault.empty() ? "" : ": " + tally.fault) << std::endl;
    return tally.faults || tally.established == 0 ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments(
        "Keeps clients in the middle of something until a signal or the time ends it. A server "
        "that is away is no failure; a wrong answer is, and so is a run without a connection.");
    arguments.positional("protocol", options.protocol, "echo or http (of make_tree's tree)");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("manners", options.manners, "what they do, separated by commas");
    arguments.option("clients", options.clients, "of each manner", 1);
    arguments.option("seconds", options.seconds, "the time", 1);
    arguments.parse(argc, argv);
    signal(SIGTERM, [](int) { stopping = 1; });
    signal(SIGINT, [](int) { stopping = 1; });
    return run_program([&] { return run(options); });
}
