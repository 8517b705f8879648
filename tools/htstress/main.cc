// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "command_line.hh"
#include "descriptor_limit.hh"
#include "latency_plot.hh"
#include "options.hh"
#include "output_files.hh"
#include "progress.hh"
#include "report.hh"
#include "run.hh"
#include "status_line.hh"
#include "worker.hh"

namespace {

// The handler's only way to the run: set before the handler, cleared after the threads.
std::atomic<htstress::Run*> current_run{nullptr};

void on_signal(int signal) {
    if (htstress::Run* run = current_run.load())
        run->interrupt(signal);
}

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESETHAND | SA_RESTART; // the second Ctrl-C kills
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

int fail(const std::string& why) {
    fmt::print(stderr, "htstress: {}\n", why);
    return 2;
}

// Each connection is a descriptor, each thread has two more.
std::string check_descriptors(const htstress::Options& options) {
    const std::uint64_t limit = ktcp::tools::raise_descriptor_limit();
    const std::uint64_t wanted = std::uint64_t{options.threads} * (options.concurrency + 2) + 8;
    if (wanted <= limit)
        return {};
    return fmt::format("{} connections want {} descriptors, and {} may be had: use fewer, or raise "
                       "the limit (ulimit -n)",
                       std::uint64_t{options.threads} * options.concurrency, wanted, limit);
}

void report(const htstress::Result& result) {
    fmt::print("{}", htstress::closing_lines(result));
    if (result.options.plot) {
        fmt::print("{}", htstress::latency_plot(result.has_service() ? "latency, since each was due"
                                                                     : "latency",
                                                result.tally.latency));
        fmt::print("{}", htstress::latency_plot("service time, since each was begun",
                                                result.tally.service));
    }
    std::fflush(stdout);
    fmt::print(stderr, "{}", htstress::explanations(result));
}

} // namespace

int main(int argc, char** argv) {
    htstress::Options options;
    int exit_code = 0;
    if (!htstress::parse_options(argc, argv, options, exit_code))
        return exit_code;

    htstress::Target target;
    if (const std::string fault = htstress::make_target(options, target); !fault.empty())
        return fail(fault);

    if (const std::string fault = check_descriptors(options); !fault.empty())
        return fail(fault);
    htstress::OutputFiles files;
    if (const std::string fault = files.open(options); !fault.empty())
        return fail(fault);

    htstress::Run run(options, target);
    std::vector<std::unique_ptr<htstress::Worker>> workers;
    for (unsigned i = 0; i < options.threads; ++i) {
        workers.push_back(std::make_unique<htstress::Worker>(run, i));
        if (const std::string fault = workers.back()->open(); !fault.empty())
            return fail(fault);
    }

    current_run = &run;
    catch_interrupts();
    htstress::Progress progress([&run] { return run.sight(); }, options.number);
    std::unique_ptr<ktcp::tools::StatusLine> line;
    // The first worker runs here: with -t 1 there is one thread, not one that waits for another.
    std::vector<std::thread> threads;
    try {
        line = std::make_unique<ktcp::tools::StatusLine>(std::chrono::seconds(1),
                                                         [&progress] { return progress.line(); });
        for (unsigned i = 1; i < options.threads; ++i)
            threads.emplace_back([worker = workers[i].get()] { worker->work(); });
    } catch (const std::system_error& error) {
        fail(fmt::format("cannot start {} threads: {}; use fewer (-t), or raise the limits of "
                         "processes, memory and stacks (ulimit -u, -v, -s)",
                         options.threads, error.code().message()));
        // Those that run wait for the others, and have asked nothing yet.
        std::_Exit(2);
    }
    workers.front()->work();
    for (std::thread& thread : threads)
        thread.join();
    current_run = nullptr;
    line.reset();

    htstress::Tally total;
    for (const auto& worker : workers)
        total.add(worker->tally());
    // Not argv[0]: where the program lies is this machine's affair.
    std::vector<std::string_view> words(argv, argv + argc);
    words[0] = "htstress";
    const htstress::Result result{options, total, run.seconds(), htstress::command_line(words)};
    report(result);
    if (const std::string fault = files.write(result); !fault.empty())
        return fail(fault);
    if (run.interrupted())
        return 128 + run.interrupted();
    // Nothing asked is nothing known; and with a rate not kept the run was not the one asked for.
    const bool all_good = total.requests() > 0 && total.good == total.requests();
    return all_good && total.never_begun == 0 ? 0 : 1;
}
