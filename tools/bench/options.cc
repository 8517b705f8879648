// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

namespace bench {
namespace {

constexpr unsigned persistent_threads = 1;
constexpr double persistent_duration = 5;

// An option that the chosen mode would ignore is a misunderstanding: better said than guessed.
void refuse(const CLI::Option* option, const char* why) {
    if (option->count() > 0)
        throw CLI::ValidationError(option->get_name(), why);
}

} // namespace

bool parse_options(int argc, const char* const* argv, Options& options, int& exit_code) {
    CLI::App app{
        "bench - how long an echo takes when many ask at once.\n"
        "Each thread connects; when all have, each sends a message and waits for the echo; then\n"
        "the next round. The thread's mean is its line of bench.txt: <index> <microseconds>.\n"
        "With --persistent: round trips per second over connections that stay, or with "
        "--reconnect\n"
        "too: over a new one each time.",
        "bench"};
    app.set_help_flag("--help", "Show this text and exit");

    bool only_ipv4 = false;
    bool only_ipv6 = false;
    app.add_option("--host", options.host, "Name or address, IPv6 too (127.0.0.1)");
    app.add_option("-p,--port", options.port, "TCP port (12345)")->check(CLI::Range(1, 65535));
    CLI::Option* four = app.add_flag("-4", only_ipv4, "IPv4 addresses only");
    app.add_flag("-6", only_ipv6, "IPv6 addresses only")->excludes(four);
    CLI::Option* threads =
        app.add_option("-t,--threads", options.threads, "Threads (1000; with --persistent 1)")
            ->check(CLI::Range(1U, 100000U));
    app.add_option("-s,--size", options.size, "Bytes of a message, such as 64, 4KiB, 1MiB (16)")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 30));
    app.add_flag("--unique", options.unique,
                 "Another message for each thread and round, so that an echo of somebody else's "
                 "is noticed");
    app.add_option("--timeout", options.timeout,
                   "Seconds for connecting, and for one echo; more is an error (10)")
        ->check(CLI::Range(0.001, 86400.0));
    app.add_option("--json", options.json_path,
                   "Write the results to this file as JSON too; - is standard output");

    CLI::Option* rounds = app.add_option("-r,--rounds", options.rounds, "Rounds (10)")
                              ->check(CLI::Range(1U, 1000000U));
    CLI::Option* output =
        app.add_option("-o,--output", options.output, "The file of means by thread (bench.txt)");

    app.add_flag("--persistent", options.persistent,
                 "Connections that stay, each with one message in flight; threads × epoll");
    CLI::Option* reconnect =
        app.add_flag("--reconnect", options.reconnect,
                     "With --persistent: a connection for each round trip, as many at a time; its "
                     "time begins before connecting");
    CLI::Option* connections =
        app.add_option("-c,--connections", options.connections, "Connections per thread (1)")
            ->check(CLI::Range(1U, 1000000U));
    CLI::Option* number =
        app.add_option("-n,--number", options.number, "Round trips to make, over all connections")
            ->check(CLI::PositiveNumber);
    CLI::Option* duration =
        app.add_option("-D,--duration", options.duration,
                       "Stop after this many seconds (5, unless --number is given)")
            ->check(CLI::PositiveNumber);
    CLI::Option* warmup =
        app.add_option("--warmup", options.warmup, "Round trips before the measured window");
    CLI::Option* marker = app.add_flag(
        "--marker", options.marker,
        "Execute a marker instruction where the measured window begins and where it ends (for "
        "the TCG plugin in vm/plugin)");
    app.footer("Ends with 0 if every echo was right, 1 if not (it says what failed), 2 on a wrong\n"
               "command line.");

    try {
        app.parse(argc, argv);
        if (options.persistent) {
            refuse(rounds, "has no meaning with --persistent; use --number or --duration");
            refuse(output, "has no meaning with --persistent; use --json");
            if (threads->count() == 0)
                options.threads = persistent_threads;
            if (number->count() == 0 && duration->count() == 0)
                options.duration = persistent_duration;
        } else {
            for (const CLI::Option* option :
                 {reconnect, connections, number, duration, warmup, marker})
                refuse(option, "belongs to --persistent");
            if (options.output.empty())
                throw CLI::ValidationError("--output", "needs the name of a file");
        }
        if (options.host.empty())
            throw CLI::ValidationError("--host", "needs a name or an address");
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : 2;
        return false;
    }
    options.family = only_ipv4 ? AF_INET : only_ipv6 ? AF_INET6 : AF_UNSPEC;
    // As ss and browsers write it.
    if (options.host.size() > 2 && options.host.front() == '[' && options.host.back() == ']')
        options.host = options.host.substr(1, options.host.size() - 2);
    return true;
}

} // namespace bench
