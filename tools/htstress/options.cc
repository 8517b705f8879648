// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "body_sum.hh"
#include "units.hh"

namespace htstress {
namespace {

class UsageFormatter : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App*, std::string) const override {
        return "Usage: htstress [options] [http://]hostname[:port]/path\n";
    }
};

constexpr const char* footer =
    "Times are seconds, or have a unit: 500ms, 10s, 2m.\n"
    "A request is good when the answer is whole, as announced, of a status below 400 (with "
    "--range:\n"
    "206), and as --length, --checksum or --verify want it. It is bad when the answer is not, "
    "also\n"
    "when the server closes in the middle of it; it is a socket error when there was no "
    "connection,\n"
    "no answer, a time-out or a reset.\n\n"
    "Exit status: 0 all answers were good (and the rate was kept), 1 not, or nothing was asked,\n"
    "2 wrong command line or no start,\n"
    "130 or 143 ended early by Ctrl-C or SIGTERM, with the results so far (a second one kills).";

CLI::Option* add_duration(CLI::App& app, const char* name, double& seconds, const char* text) {
    return app
        .add_option_function<std::string>(
            name,
            [&seconds, name](const std::string& value) {
                if (!parse_duration(value, seconds))
                    throw CLI::ValidationError(
                        name, "'" + value + "' is no time above zero, like 10s or 500ms");
            },
            text)
        ->type_name("TIME");
}

// Decimal digits and nothing else: CLI11 alone would read 010 as octal, and take a sign.
template <typename T> CLI::Option* add_count(CLI::App& app, const char* name, T& count,
                                             std::uint64_t least, std::uint64_t most,
                                             const char* text) {
    return app
        .add_option_function<std::string>(
            name,
            [&count, name, least, most](const std::string& value) {
                std::uint64_t number = 0;
                if (!parse_count(value, number) || number < least || number > most)
                    throw CLI::ValidationError(
                        name, fmt::format("'{}' is no number from {} to {}", value, least, most));
                count = static_cast<T>(number);
            },
            text)
        ->type_name("NUMBER");
}

void add_load_options(CLI::App& app, Options& options) {
    add_count(app, "-n,--number", options.number, 0, std::numeric_limits<std::uint64_t>::max(),
              "Number of requests; 0: without end (default)");
    add_duration(app, "-D,--duration", options.duration,
                 "Stop after this time: what is under way then is waited for, and not in "
                 "requests/sec");
    add_count(app, "-c,--concurrency", options.concurrency, 1, 100'000,
              "Connections per thread (1)");
    add_count(app, "-t,--threads", options.threads, 1, 1024, "Threads (1)");
    app.add_flag("-k,--keep-alive", options.keep_alive,
                 "HTTP/1.1, requests one after the other on persistent connections");
    add_count(app, "-p,--pipeline", options.pipeline, 1, 1000,
              "With -k: requests sent ahead on each connection (1)");
    app.add_option_function<std::string>(
           "-R,--rate",
           [&options](const std::string& value) {
               if (!parse_rate(value, options.rate))
                   throw CLI::ValidationError("--rate", "'" + value +
                                                            "' is no number of requests "
                                                            "a second, like 500 or 10k");
           },
           "Requests per second, of all threads together, whether answered or not; latency "
           "counts from when a request was due; at most -t times -c times -p are under way")
        ->type_name("RATE");
    app.add_option_function<std::string>(
           "--warmup",
           [&options](const std::string& value) {
               // 2 is a number of requests, so that 0.2 must not be a time.
               const bool bare = value.find_first_of("smh") == std::string::npos;
               if (!parse_count(value, options.warmup) &&
                   (bare || !parse_duration(value, options.warmup_seconds)))
                   throw CLI::ValidationError("--warmup",
                                              "'" + value +
                                                  "' is neither a number of requests nor a time "
                                                  "with a unit, like 2s");
           },
           "Requests to make, or time (2s) to pass, before the measured window")
        ->type_name("NUMBER|TIME");
    add_duration(app, "--timeout", options.timeout,
                 "Time for an answer, from request or connection on (30)");
    add_duration(app, "--connect-timeout", options.connect_timeout,
                 "Time for a connection (as --timeout)");
}

void add_request_options(CLI::App& app, Options& options) {
    app.add_option("--urls", options.urls_path,
                   "File with lines \"[WEIGHT] URL\" or \"[WEIGHT] /path\", of one host, to ask "
                   "for in turn; the URL's own path is not asked for then")
        ->type_name("FILE");
    add_count(app, "--spread", options.spread, 1, 1'000'000,
              "{} in the URL becomes 0 to this number less 1, from request to request");
    app.add_option("-m,--method", options.method, "Method (GET; POST with a body)");
    CLI::Option* data = app.add_option_function<std::string>(
        "--data",
        [&options](const std::string& value) {
            options.body = value;
            options.has_body = true;
        },
        "Body of each request");
    app.add_option_function<std::string>(
           "--data-file",
           [&options](const std::string& path) {
               std::ifstream file(path, std::ios::binary);
               options.body.assign(std::istreambuf_iterator<char>(file), {});
               if (!file.is_open() || file.bad())
                   throw CLI::ValidationError("--data-file", "cannot read " + path);
               options.has_body = true;
           },
           "The same, from a file")
        ->type_name("FILE")
        ->excludes(data);
    app.add_option("-h,--host", options.host_field, "Host field to send instead of the URL's");
    app.add_option(
           "-H,--field", options.fields,
           "Another header field to send, as \"Name: value\"; may be repeated; Host replaces "
           "the URL's")
        ->allow_extra_args(false);
    app.add_option_function<std::string>(
           "--accept-encoding",
           [&options](const std::string& value) {
               options.fields.push_back("Accept-Encoding: " + value);
           },
           "Content codings to accept, as gzip or \"gzip, br\" (none; they are not decoded)")
        ->type_name("CODINGS");
    app.add_option("--range", options.ranges,
                   "Ask for these bytes, as 0-99, 100- or -50, and want status 206");
}

void add_check_options(CLI::App& app, Options& options) {
    app.add_option_function<std::string>(
           "--length",
           [&options](const std::string& value) {
               std::uint64_t length = 0;
               if (!parse_count(value, length))
                   throw CLI::ValidationError("--length", "'" + value + "' is no number of bytes");
               options.length = length;
           },
           "Bytes that each body must have")
        ->type_name("NUMBER");
    app.add_option_function<std::string>(
           "--checksum",
           [&options](const std::string& value) {
               std::uint32_t sum = 0;
               if (!parse_checksum(value, sum))
                   throw CLI::ValidationError("--checksum",
                                              "'" + value + "' is not crc32: and hex digits");
               options.checksum = sum;
           },
           "Checksum that each body must have, as it comes (before decoding)")
        ->type_name("crc32:HEX");
    app.add_flag("--verify", options.verify, "Each body must be as in the URL's first answer");
}

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
    app.add_option("url", options.url, "[http://]hostname[:port]/path; IPv6 as http://[::1]:8081/");
    add_load_options(app, options);
    add_request_options(app, options);
    add_check_options(app, options);
    app.add_option("-u,--udaddr", options.unix_path, "Connect to this unix socket instead");
    CLI::Option* four = app.add_flag("-4", only_ipv4, "IPv4 addresses only");
    app.add_flag("-6", only_ipv6, "IPv6 addresses only")->excludes(four);
    app.add_flag("-d,--debug", options.debug, "Copy every response to stderr");
    app.add_option("--json", options.json_path, "Write the results to this file as JSON too")
        ->type_name("FILE");
    app.add_option("--csv", options.csv_path,
                   "Write each latency that occurred, and for how many, to this file as CSV")
        ->type_name("FILE");
    app.add_option("--csv-seconds", options.csv_seconds_path,
                   "Write the requests that ended in each second to this file as CSV")
        ->type_name("FILE");
    app.add_option("--svg", options.svg_path,
                   "Draw latency by percentile into this file, as SVG for a browser")
        ->type_name("FILE");
    app.add_flag("--plot", options.plot, "Show how often which latency occurred, as text");
    app.add_flag("--marker", options.marker,
                 "Execute a marker instruction where the measured window begins and where it ends "
                 "(for the TCG plugin in vm/plugin)");
    app.footer(footer);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : 2;
        return false;
    }
    options.family = only_ipv4 ? AF_INET : only_ipv6 ? AF_INET6 : AF_UNSPEC;
    if (const std::string fault = check_options(options); !fault.empty()) {
        std::cerr << fault << "\nRun with --help for more information.\n";
        exit_code = 2;
        return false;
    }
    return true;
}

} // namespace htstress
