// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <barrier>
#include <cstdint>

#include "measured_window.hh"
#include "options.hh"
#include "quota.hh"
#include "source_address.hh"
#include "target.hh"

namespace htstress {

// What the worker threads share: the requests still to be made, the time, the two phases. Lives
// from before the first thread to after the last. A worker comes here once in a batch of
// requests, not once a request.
class Run {
public:
    Run(const Options& options, const Target& target);
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const Target& target() const { return target_; }
    [[nodiscard]] SourceAddresses& sources() { return sources_; }

    // All workers meet between the phases (warm-up, measured window), with nothing in flight; the
    // last one to arrive opens the next.
    void meet() { barrier_.arrive_and_wait(); }

    // Up to a batch of requests that the calling worker may make; 0 when there are no more.
    [[nodiscard]] std::uint64_t claim();
    // The batch is done (or `count` of it are): prints the progress when a tenth is reached.
    void done(std::uint64_t count);

    // Ends the run early; requests in flight are abandoned. Safe in a signal handler.
    void interrupt() { interrupted_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool interrupted() const { return interrupted_.load(std::memory_order_relaxed); }
    // When the measured window has to stop; 0 in the warm-up and when there is no limit.
    [[nodiscard]] std::uint64_t deadline() const { return window_.deadline(); }

    [[nodiscard]] double seconds() const { return window_.seconds(); }

private:
    enum class Phase : std::uint8_t { waiting, warming, measuring, finished };

    struct Advance {
        Run* run;
        void operator()() noexcept { run->advance(); }
    };

    void advance();
    void open_phase(std::uint64_t requests, bool endless);

    const Options& options_;
    const Target& target_;
    SourceAddresses sources_;
    Phase phase_ = Phase::waiting; // as far as quota_: written in advance() only
    std::uint64_t tick_ = 0;
    ktcp::tools::MeasuredWindow window_;
    ktcp::tools::Quota quota_;
    alignas(64) std::atomic<std::uint64_t> done_{0};
    alignas(64) std::atomic<bool> interrupted_{false};
    std::barrier<Advance> barrier_;
};

} // namespace htstress
