// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "run.hh"

#include <algorithm>

#include <fmt/format.h>

#include "clock.hh"
#include "marker.hh"

namespace htstress {

Run::Run(const Options& options, const Target& target)
    : options_(options), target_(target), barrier_(options.threads, Advance{this}) {}

void Run::open_phase(std::uint64_t requests, bool endless) {
    endless_ = endless;
    left_.store(requests, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    // Small enough that the threads end together, large enough that they seldom meet here.
    batch_ =
        endless ? 64 : std::clamp<std::uint64_t>(requests / (options_.threads * 100ULL), 1, 64);
}

// Runs in the last worker to arrive, while all the others wait.
void Run::advance() {
    switch (phase_) {
    case Phase::waiting:
        if (options_.warmup > 0) {
            phase_ = Phase::warming;
            open_phase(options_.warmup, false);
            return;
        }
        [[fallthrough]];
    case Phase::warming: {
        phase_ = Phase::measuring;
        const bool endless = options_.number == 0;
        open_phase(options_.number, endless);
        tick_ = endless ? 100'000 : std::max<std::uint64_t>(1, options_.number / 10);
        if (options_.marker)
            ktcp::tools::mark_window_begin();
        begin_ = ktcp::tools::monotonic_ns();
        if (options_.duration > 0)
            deadline_ = begin_ + static_cast<std::uint64_t>(options_.duration * 1e9);
        return;
    }
    case Phase::measuring:
        end_ = ktcp::tools::monotonic_ns();
        if (options_.marker)
            ktcp::tools::mark_window_end();
        phase_ = Phase::finished;
        return;
    case Phase::finished:
        return;
    }
}

std::uint64_t Run::claim() {
    if (interrupted())
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

void Run::done(std::uint64_t count) {
    const std::uint64_t before = done_.fetch_add(count, std::memory_order_relaxed);
    if (phase_ != Phase::measuring)
        return;
    for (std::uint64_t mark = before / tick_ + 1; mark * tick_ <= before + count; ++mark) {
        fmt::print("{} requests\n", mark * tick_);
        std::fflush(stdout);
    }
}

} // namespace htstress
