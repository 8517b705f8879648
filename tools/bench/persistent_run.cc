// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "persistent_run.hh"

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "clock.hh"
#include "marker.hh"
#include "persistent_worker.hh"
#include "progress.hh"

namespace bench {

PersistentRun::PersistentRun(const Options& options, const Endpoint& endpoint)
    : options_(options), endpoint_(endpoint), barrier_(options.threads, Advance{this}) {}

void PersistentRun::open_phase(std::uint64_t round_trips, bool endless) {
    endless_ = endless;
    left_.store(round_trips, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    // Small enough that the threads end together, large enough that they seldom meet here.
    batch_ =
        endless ? 64 : std::clamp<std::uint64_t>(round_trips / (options_.threads * 100ULL), 1, 64);
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
        if (options_.marker)
            ktcp::tools::mark_window_begin();
        begin_ = ktcp::tools::monotonic_ns();
        if (options_.duration > 0)
            deadline_ = begin_ + static_cast<std::uint64_t>(options_.duration * 1e9);
    } else if (phase_ == Phase::measuring) {
        end_ = ktcp::tools::monotonic_ns();
        if (options_.marker)
            ktcp::tools::mark_window_end();
        phase_ = Phase::finished;
    }
}

std::uint64_t PersistentRun::claim() {
    if (failed())
        return 0;
    if (endless_)
        return batch_;
    std::uint64_t left = left_.load(std::memory_order_relaxed);
    while (left > 0) {
        const std::uint64_t take = std::min(batch_, left);
        if (left_.compare_exchange_weak(left, left - take, std::memory_order_relaxed))
            return take;
    }
    return 0;
}

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
        const Progress progress("round trips", options.number, run.done());
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
