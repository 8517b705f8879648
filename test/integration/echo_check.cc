// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// echo_check HOST:PORT: does it echo, whatever the clients do?
#include <fnmatch.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <vector>

#include "integration/echo_cases.hh"
#include "integration/machine.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string server;
    std::string bytes = "64M";
    std::string only = "*";
    std::string skip;
    unsigned patience = 10;
    unsigned clients = 1000;
    unsigned at_once = 0;
    bool list = false;
};

size_t parse_size(const std::string& text) {
    size_t used = 0, value = 0;
    try {
        value = std::stoul(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    std::string unit = text.substr(used);
    unsigned shift = unit == "K" ? 10 : unit == "M" ? 20 : 0;
    if (used == 0 || (shift == 0 && !unit.empty()) || value == 0 || value > (1u << 30) >> shift)
        throw std::runtime_error("'" + text + "' is no size: give one as 65536, 64K or 64M");
    return value << shift;
}

// Does one of the patterns, between commas, match?
bool listed(const std::string& patterns, const char* name) {
    std::istringstream all(patterns);
    for (std::string one; std::getline(all, one, ',');)
        if (fnmatch(one.c_str(), name, 0) == 0)
            return true;
    return false;
}

std::vector<EchoCase> chosen(const Options& options) {
    std::vector<EchoCase> cases(echo_byte_cases, echo_byte_cases + echo_byte_case_count);
    cases.insert(cases.end(), echo_end_cases, echo_end_cases + echo_end_case_count);
    cases.insert(cases.end(), echo_crowd_cases, echo_crowd_cases + echo_crowd_case_count);
    std::erase_if(cases, [&](const EchoCase& one) {
        return !listed(options.only, one.name) || listed(options.skip, one.name) ||
               (options.at_once && options.at_once < one.at_once);
    });
    if (cases.empty())
        throw std::runtime_error("no case is left: see --list, --only, --skip");
    return cases;
}

// What is wrong, then or with an ordinary client afterwards; empty if nothing is.
std::string fault_of(const EchoCase& one, const EchoSettings& settings) {
    try {
        one.run(settings);
    } catch (const std::exception& e) {
        return e.what();
    }
    try {
        echo(settings, settings.noise->part(0, 1000));
    } catch (const std::exception& e) {
        return std::string("an ordinary client afterwards: ") + e.what();
    }
    return "";
}

int run(const Options& options) {
    std::vector<EchoCase> cases = chosen(options);
    if (options.list) {
        for (const EchoCase& one : cases)
            std::cout << one.name << ": " << one.what << std::endl;
        return 0;
    }
    size_t bytes = parse_size(options.bytes);
    // Some cases want more than TCP's buffers hold, however long the longest payload is.
    Noise noise(std::max(bytes, size_t{16} << 20));
    EchoSettings settings;
    settings.server = Endpoint::parse(options.server);
    settings.patience = std::chrono::seconds(options.patience);
    settings.clients = options.clients;
    settings.at_once = options.at_once;
    settings.bytes = bytes;
    settings.noise = &noise;
    if (raise_descriptor_limit() < options.clients + 20)
        throw std::runtime_error("the limit of open files is too low for so many clients");

    size_t failed = 0;
    for (const EchoCase& one : cases) {
        auto begin = Clock::now();
        std::string fault = fault_of(one, settings);
        double took = std::chrono::duration<double>(Clock::now() - begin).count();
        char seconds[32];
        snprintf(seconds, sizeof(seconds), "%.1f s", took);
        std::cout << (fault.empty() ? "ok - " : "not ok - ") << one.name << ": " << one.what
                  << (fault.empty() ? "" : ": " + fault) << " (" << seconds << ")" << std::endl;
        failed += !fault.empty();
    }
    std::cout << cases.size() - failed << " passed, " << failed << " failed" << std::endl;
    return failed ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Plays the echo cases to a server: what every model must do.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("patience", options.patience, "seconds for which nothing may come", 1);
    arguments.option("clients", options.clients, "of a crowd", 1);
    arguments.option("bytes", options.bytes, "of the longest payload; K and M are understood");
    arguments.option("at-once", options.at_once,
                     "how many clients the server serves at a time, 0 for any number: more have "
                     "to queue, for which its backlog must be as long as the crowd");
    arguments.option("only", options.only, "cases whose names match these globs, by commas");
    arguments.option("skip", options.skip, "cases to be left out, likewise");
    arguments.flag("list", options.list, "only list the cases");
    arguments.parse(argc, argv);
    return run_program([&] { return run(options); });
}
