// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "persistent_run.hh"

#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "persistent_worker.hh"
#include "progress.hh"

namespace bench {

PersistentRun::PersistentRun(const Options& options, const Endpoint& endpoint)
    : options_(options), endpoint_(endpoint), barrier_(options.threads, Advance{this}) {}

void PersistentRun::open_phase(std::uint64_t round_trips, bool endless) {
    quota_.open(round_trips, endless, options_.threads);
    done_.store(0, std::memory_order_relaxed);
}

void PersistentRun::advance() {
    stop_ = failed();
    if (stop_)
        return; // a window that failed is left open, and begun anew by the next run
    if (phase_ == Phase::connecting && options_.warmup > 0) {
        phase_ = Phase::warming;
        open_phase(options_.warmup, false);
    } else if (phase_ == Phase::connecting || phase_ == Phase::warming) {
        phase_ = Phase::measuring;
        open_phase(options_.number, options_.number == 0);
        window_.open(options_.marker, options_.duration);
    } else if (phase_ == Phase::measuring) {
        window_.close(options_.marker);
        phase_ = Phase::finished;
    }
}

std::uint64_t PersistentRun::claim() { return failed() ? 0 : quota_.claim(); }

void PersistentRun::fail(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    if (fault_.empty())
        fault_ = fmt::format("{}: {}", endpoint_.name, fault);
    failed_ = true;
}

std::string PersistentRun::fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
}

Results run_persistent(const Options& options, const Endpoint& endpoint) {
    PersistentRun run(options, endpoint);
    std::vector<std::unique_ptr<PersistentWorker>> workers;
    for (unsigned i = 0; i < options.threads; ++i)
        workers.push_back(std::make_unique<PersistentWorker>(run, i));

    Results results;
    {
        const auto progress = progress_bar("round trips", options.number, run.done());
        // The first worker runs here: with one thread there is one, not one that waits for another.
        std::vector<std::thread> threads;
        try {
            for (unsigned i = 1; i < options.threads; ++i)
                threads.emplace_back([worker = workers[i].get()] { worker->work(); });
        } catch (const std::system_error& error) {
            // The started ones wait for the missing: these arrive here and let them go.
            run.fail(fmt::format("only {} of {} threads could be started: {}; raise ulimit -u, or "
                                 "ask for fewer with --threads",
                                 threads.size() + 1, options.threads, error.what()));
            for (std::size_t i = threads.size() + 1; i < options.threads; ++i)
                run.drop();
        }
        workers.front()->work();
        for (std::thread& thread : threads)
            thread.join();
    }

    results.fault = run.fault();
    results.seconds = run.seconds();
    for (const auto& worker : workers)
        results.latency.add(worker->latency());
    results.round_trips = results.latency.total();
    return results;
}

} // namespace bench
