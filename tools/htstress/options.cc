// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include <sys/un.h>

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace htstress {
namespace {

class UsageFormatter : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App*, std::string) const override {
        return "Usage: htstress [options] [http://]hostname[:port]/path\n";
    }
};

} // namespace

bool parse_options(int argc, char** argv, Options& options, int& exit_code) {
    CLI::App app{
        "htstress - HTTP load generator: threads, each with its own connections and event loop.\n"
        "By default every request has a connection of its own (HTTP/1.0).",
        "htstress"};
    // -h is the Host field, as it always was.
    app.formatter(std::make_shared<UsageFormatter>());
    app.set_help_flag("--help", "Show this text and exit");

    bool only_ipv4 = false;
    bool only_ipv6 = false;
    app.add_option("url", options.url, "[http://]hostname[:port]/path; IPv6 as http://[::1]:8081/")
        ->required();
    app.add_option("-n,--number", options.number, "Number of requests; 0: without end (default)");
    app.add_option("-c,--concurrency", options.concurrency, "Connections per thread (1)")
        ->check(CLI::Range(1U, 100000U));
    app.add_option("-t,--threads", options.threads, "Threads (1)")->check(CLI::Range(1U, 1024U));
    app.add_option("-u,--udaddr", options.unix_path, "Connect to this unix socket instead");
    app.add_option("-h,--host", options.host_field, "Host field to send instead of the URL's");
    app.add_flag("-d,--debug", options.debug, "Copy every response to stderr");
    CLI::Option* four = app.add_flag("-4", only_ipv4, "IPv4 addresses only");
    app.add_flag("-6", only_ipv6, "IPv6 addresses only")->excludes(four);
    app.add_flag("-k,--keep-alive", options.keep_alive,
                 "HTTP/1.1, requests one after the other on persistent connections");
    app.add_option("-D,--duration", options.duration, "Stop after this many seconds")
        ->check(CLI::PositiveNumber);
    app.add_option("--warmup", options.warmup, "Requests to make before the measured window");
    app.add_option("--timeout", options.timeout,
                   "Seconds until a request without a whole answer is a socket error (30)")
        ->check(CLI::PositiveNumber);
    app.add_option("--json", options.json_path, "Write the results to this file as JSON too");
    app.add_flag("--marker", options.marker,
                 "Execute a marker instruction where the measured window begins and where it ends "
                 "(for the TCG plugin in vm/plugin)");
    app.footer(
        "Ends with 0 if every answer was good (complete, status below 400), 1 if not, 2 on a\n"
        "wrong command line. Ctrl-C ends a run early, with its results.");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : 2;
        return false;
    }
    if (options.unix_path.size() >= sizeof(sockaddr_un{}.sun_path)) {
        std::cerr << "--udaddr: the path of a unix socket has at most "
                  << sizeof(sockaddr_un{}.sun_path) - 1 << " bytes\n";
        exit_code = 2;
        return false;
    }
    if (options.host_field.find_first_of("\r\n") != std::string::npos) {
        std::cerr << "--host: must not contain line breaks\n";
        exit_code = 2;
        return false;
    }
    options.family = only_ipv4 ? AF_INET : only_ipv6 ? AF_INET6 : AF_UNSPEC;
    return true;
}

} // namespace htstress
