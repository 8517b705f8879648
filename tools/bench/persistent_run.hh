// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <barrier>
#include <cstdint>
#include <mutex>
#include <string>

#include "endpoint.hh"
#include "measured_window.hh"
#include "options.hh"
#include "quota.hh"
#include "results.hh"

namespace bench {

// What the threads of a persistent run share: the round trips still to be made, the time, the
// phases. Outlives the threads. A worker comes here once in a batch of round trips, not once a
// round trip.
class PersistentRun {
public:
    PersistentRun(const Options& options, const Endpoint& endpoint);

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

    // All workers meet between the phases (connecting, warm-up, measured window), with nothing in
    // flight; the last to arrive opens the next. False: something failed, give up.
    [[nodiscard]] bool meet() {
        barrier_.arrive_and_wait();
        return !stop_;
    }

    // In the place of a worker that could not be started.
    void drop() { barrier_.arrive_and_drop(); }

    // Up to a batch of round trips that the calling worker may make; 0 when there are no more.
    [[nodiscard]] std::uint64_t claim();
    void done(std::uint64_t count) { done_.fetch_add(count, std::memory_order_relaxed); }
    [[nodiscard]] const std::atomic<std::uint64_t>& done() const { return done_; }

    // The first fault is kept; all workers stop as soon as they notice.
    void fail(const std::string& fault);
    [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::string fault() const;

    // When the measured window has to stop; 0 while there is no limit.
    [[nodiscard]] std::uint64_t deadline() const { return window_.deadline(); }
    [[nodiscard]] double seconds() const { return window_.seconds(); }

private:
    enum class Phase : std::uint8_t { connecting, warming, measuring, finished };
    struct Advance {
        PersistentRun* run;
        void operator()() noexcept { run->advance(); }
    };

    void advance();
    void open_phase(std::uint64_t round_trips, bool endless);

    const Options& options_;
    const Endpoint& endpoint_;
    // As far as quota_: written in advance() only, while all workers wait.
    Phase phase_ = Phase::connecting;
    bool stop_ = false;
    ktcp::tools::MeasuredWindow window_;
    ktcp::tools::Quota quota_;
    alignas(64) std::atomic<std::uint64_t> done_{0};
    alignas(64) std::atomic<bool> failed_{false};
    mutable std::mutex mutex_;
    std::string fault_;
    std::barrier<Advance> barrier_;
};

// Runs the threads, and adds up what they found.
[[nodiscard]] Results run_persistent(const Options& options, const Endpoint& endpoint);

} // namespace bench
