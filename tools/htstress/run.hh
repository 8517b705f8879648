// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>

#include "body_check.hh"
#include "measured_window.hh"
#include "options.hh"
#include "progress.hh"
#include "quota.hh"
#include "schedule.hh"
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
    [[nodiscard]] BodyCheck& body_check() { return body_check_; }

    // All workers meet between the phases (warm-up, measured window), with nothing in flight; the
    // last one to arrive opens the next.
    void meet() { barrier_.arrive_and_wait(); }

    // Up to a batch of requests that the calling worker may make; 0 when there are no more.
    [[nodiscard]] std::uint64_t claim();
    // With a rate, instead: when the requests of the thread with that number are due in this phase.
    [[nodiscard]] Schedule schedule(unsigned thread) const;
    // Which of the target's requests comes next.
    [[nodiscard]] std::size_t next_resource() {
        if (target_.requests.size() == 1)
            return 0;
        return target_.request_at(next_.fetch_add(1, std::memory_order_relaxed));
    }
    // `count` requests have ended, `failures` of them badly: prints a line when a tenth is reached.
    void done(std::uint64_t count, std::uint64_t failures);
    // For the line of progress; any thread.
    [[nodiscard]] Sight sight() const;

    // Ends the run early; requests in flight are abandoned. Safe in a signal handler.
    void interrupt(int signal) { interrupted_.store(signal, std::memory_order_relaxed); }
    // By which signal; 0: not at all.
    [[nodiscard]] int interrupted() const { return interrupted_.load(std::memory_order_relaxed); }
    // When this phase began (ns), and when it has to stop; 0 when there is no limit.
    [[nodiscard]] std::uint64_t begin() const { return begin_; }
    [[nodiscard]] std::uint64_t deadline() const { return deadline_; }

    [[nodiscard]] double seconds() const { return window_.seconds(); }

private:
    enum class Phase : std::uint8_t { waiting, warming, measuring, finished };

    struct Advance {
        Run* run;
        void operator()() noexcept { run->advance(); }
    };

    void advance();
    void open_phase(std::uint64_t requests);

    const Options& options_;
    const Target& target_;
    SourceAddresses sources_;
    BodyCheck body_check_;
    // As far as quota_: written in advance() only. The line of progress looks at it meanwhile.
    std::atomic<Phase> phase_ = Phase::waiting;
    std::uint64_t requests_ = 0; // of the phase; 0: without end
    std::uint64_t begin_ = 0, deadline_ = 0;
    std::uint64_t tick_ = 0;
    ktcp::tools::MeasuredWindow window_;
    ktcp::tools::Quota quota_;
    alignas(64) std::atomic<std::uint64_t> done_{0};
    std::atomic<std::uint64_t> failures_{0};
    alignas(64) std::atomic<std::uint64_t> next_{0};
    alignas(64) std::atomic<int> interrupted_{0};
    std::barrier<Advance> barrier_;
};

} // namespace htstress
