// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// bench: how long an echo takes when many ask at once.
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "descriptor_limit.hh"
#include "endpoint.hh"
#include "options.hh"
#include "persistent_run.hh"
#include "report.hh"
#include "result_file.hh"
#include "rounds.hh"

namespace {

// Descriptors that are no connections: the standard ones, and a thread's epoll and timer.
constexpr std::uint64_t other_descriptors = 16;

int fail(const std::string& why, int code) {
    fmt::print(stderr, "bench: {}\n", why);
    return code;
}

// What the descriptors must be enough for; a message if they are not.
std::string check_descriptors(const bench::Options& options) {
    const std::uint64_t threads = options.threads;
    const std::uint64_t wanted =
        options.persistent ? threads * (options.connections + std::uint64_t{2}) : threads;
    const std::uint64_t limit = ktcp::tools::raise_descriptor_limit();
    if (wanted + other_descriptors <= limit)
        return {};
    return fmt::format("{} connections need more than the {} files that this process may open; "
                       "raise the hard limit (ulimit -Hn), or ask for fewer",
                       wanted, limit);
}

} // namespace

int main(int argc, char** argv) {
    bench::Options options;
    int exit_code = 0;
    if (!bench::parse_options(argc, argv, options, exit_code))
        return exit_code;

    bench::Endpoint endpoint;
    if (const std::string fault = bench::resolve(options, endpoint); !fault.empty())
        return fail(fault, 1);
    if (const std::string fault = check_descriptors(options); !fault.empty())
        return fail(fault, 1);

    const bench::Results results = options.persistent ? bench::run_persistent(options, endpoint)
                                                      : bench::run_rounds(options, endpoint);
    if (!results.fault.empty())
        return fail(results.fault, 1);

    // Standard output is the report's, unless a program wants to read JSON there.
    bench::print_report(options.json_path == "-" ? stderr : stdout, options, results);
    if (!options.persistent)
        if (const std::string fault = bench::write_result_file(options.output, results.means);
            !fault.empty())
            return fail(fault, 1);
    if (!options.json_path.empty())
        if (const std::string fault = bench::write_json(options, results); !fault.empty())
            return fail(fault, 1);
    return 0;
}
