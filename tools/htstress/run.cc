// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "run.hh"

#include <algorithm>

#include <fmt/format.h>

namespace htstress {

Run::Run(const Options& options, const Target& target)
    : options_(options), target_(target), barrier_(options.threads, Advance{this}) {}

void Run::open_phase(std::uint64_t requests, bool endless) {
    quota_.open(requests, endless, options_.threads);
    done_.store(0, std::memory_order_relaxed);
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
        window_.open(options_.marker, options_.duration);
        return;
    }
    case Phase::measuring:
        window_.close(options_.marker);
        phase_ = Phase::finished;
        return;
    case Phase::finished:
        return;
    }
}

std::uint64_t Run::claim() { return interrupted() ? 0 : quota_.claim(); }

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
