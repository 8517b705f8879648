// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// soak_probe [--http HOST:PORT] [--echo HOST:PORT]: what one polite client of each feels for a
// moment, as JSON; and what this machine does with the same piece of work each time, since a
// busy one makes all servers slow.
#include <algorithm>
#include <array>
#include <iostream>

#include "integration/load.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string http, echo;
    std::string target = "/hello.txt";
    unsigned time = 1000;
};

// Microseconds; the middle one of nine.
double calibrate() {
    std::array<double, 9> took;
    for (double& one : took) {
        auto begin = Clock::now();
        uint64_t value = 88172645463325252u;
        for (int i = 0; i < 100000; i++) {
            value ^= value << 13;
            value ^= value >> 7;
            value ^= value << 17;
        }
        volatile uint64_t kept = value;
        (void)kept;
        one = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
    }
    std::nth_element(took.begin(), took.begin() + 4, took.end());
    return took[4];
}

bool probe(const char* name, const Options& options, const std::function<RoundTrip()>& connect) {
    Load load = measure_load(connect, 1, std::chrono::milliseconds(options.time));
    std::cout << ", \"" << name << "_p50_us\": " << load.p50 << ", \"" << name
              << "_p99_us\": " << load.p99 << ", \"" << name
              << "_round_trips\": " << load.round_trips << ", \"" << name
              << "_failures\": " << load.failures;
    if (load.failures)
        std::cerr << "soak_probe: " << name << ": " << load.fault << std::endl;
    else if (!load.round_trips)
        std::cerr << "soak_probe: " << name << ": no round trip ended in " << options.time << " ms"
                  << std::endl;
    return load.failures == 0 && load.round_trips > 0;
}

int run(const Options& options) {
    bool good = true;
    std::cout << "{\"calibration_us\": " << calibrate();
    if (!options.http.empty())
        good &= probe("http", options, [&] {
            return http_round_trip(Endpoint::parse(options.http), options.target);
        });
    if (!options.echo.empty())
        good &= probe("echo", options,
                      [&] { return echo_round_trip(Endpoint::parse(options.echo), 64); });
    std::cout << "}" << std::endl;
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Makes round trips over one connection for a moment, and says how long "
                        "they took. Exit status 1: one failed.");
    arguments.option("http", options.http, "HOST:PORT of a web server");
    arguments.option("echo", options.echo, "HOST:PORT of an echo server");
    arguments.option("target", options.target, "what is asked for");
    arguments.option("time", options.time, "milliseconds, of each server", 1);
    arguments.parse(argc, argv);
    return run_program([&] { return run(options); });
}
