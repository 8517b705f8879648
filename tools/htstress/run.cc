// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "run.hh"

#include <algorithm>

#include <fmt/format.h>

#include "clock.hh"
#include "status_line.hh"

namespace htstress {

Run::Run(const Options& options, const Target& target)
    : options_(options), target_(target), body_check_(options, target.requests.size()),
      barrier_(options.threads, Advance{this}) {}

void Run::open_phase(std::uint64_t requests) {
    requests_ = requests;
    quota_.open(requests, requests == 0, options_.threads);
    done_.store(0, std::memory_order_relaxed);
    failures_.store(0, std::memory_order_relaxed);
}

// Runs in the last worker to arrive, while all the others wait.
void Run::advance() {
    switch (phase_) {
    case Phase::waiting:
        if (options_.warmup > 0 || options_.warmup_seconds > 0) {
            phase_ = Phase::warming;
            open_phase(options_.warmup);
            begin_ = ktcp::tools::monotonic_ns();
            if (options_.warmup_seconds > 0)
                deadline_ = begin_ + static_cast<std::uint64_t>(options_.warmup_seconds * 1e9);
            return;
        }
        [[fallthrough]];
    case Phase::warming:
        phase_ = Phase::measuring;
        open_phase(options_.number);
        tick_ = options_.number ? std::max<std::uint64_t>(1, options_.number / 10) : 100'000;
        window_.open(options_.marker, options_.duration);
        begin_ = window_.begin();
        deadline_ = window_.deadline();
        return;
    case Phase::measuring:
        window_.close(options_.marker);
        phase_ = Phase::finished;
        return;
    case Phase::finished:
        return;
    }
}

std::uint64_t Run::claim() { return interrupted() ? 0 : quota_.claim(); }

Schedule Run::schedule(unsigned thread) const {
    return {begin_, options_.rate, options_.threads, thread, requests_, deadline_};
}

void Run::done(std::uint64_t count, std::uint64_t failures) {
    if (failures)
        failures_.fetch_add(failures, std::memory_order_relaxed);
    const std::uint64_t before = done_.fetch_add(count, std::memory_order_relaxed);
    if (phase_ != Phase::measuring)
        return;
    for (std::uint64_t mark = before / tick_ + 1; mark * tick_ <= before + count; ++mark) {
        fmt::print("{}{} requests\n", ktcp::tools::StatusLine::over(), mark * tick_);
        std::fflush(stdout);
    }
}

Sight Run::sight() const {
    const Phase phase = phase_;
    return {phase == Phase::waiting || phase == Phase::warming ? Sight::Phase::warming
                                                               : Sight::Phase::measuring,
            done_.load(std::memory_order_relaxed), failures_.load(std::memory_order_relaxed)};
}

} // namespace htstress
