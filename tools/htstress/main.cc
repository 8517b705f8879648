// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "descriptor_limit.hh"
#include "options.hh"
#include "report.hh"
#include "run.hh"
#include "worker.hh"

namespace {

// The handler's only way to the run: set before the handler, cleared after the threads.
std::atomic<htstress::Run*> current_run{nullptr};

void on_signal(int) {
    if (htstress::Run* run = current_run.load())
        run->interrupt();
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

} // namespace

int main(int argc, char** argv) {
    htstress::Options options;
    int exit_code = 0;
    if (!htstress::parse_options(argc, argv, options, exit_code))
        return exit_code;

    htstress::Target target;
    if (const std::string fault = htstress::make_target(options, target); !fault.empty())
        return fail(fault);

    ktcp::tools::raise_descriptor_limit();
    htstress::Run run(options, target);
    std::vector<std::unique_ptr<htstress::Worker>> workers;
    for (unsigned i = 0; i < options.threads; ++i) {
        workers.push_back(std::make_unique<htstress::Worker>(run));
        if (const std::string fault = workers.back()->open(); !fault.empty())
            return fail(fault);
    }

    current_run = &run;
    catch_interrupts();
    // The first worker runs here: with -t 1 there is one thread, not one that waits for another.
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < options.threads; ++i)
        threads.emplace_back([worker = workers[i].get()] { worker->work(); });
    workers.front()->work();
    for (std::thread& thread : threads)
        thread.join();
    current_run = nullptr;

    htstress::Tally total;
    for (const auto& worker : workers)
        total.add(worker->tally());
    htstress::print_report(options, total, run.seconds());
    if (!options.json_path.empty())
        if (const std::string fault = htstress::write_json(options, total, run.seconds());
            !fault.empty())
            return fail(fault);
    return total.bad == 0 && total.socket_errors == 0 ? 0 : 1;
}
