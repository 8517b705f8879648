// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rounds.hh"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstring>
#include <latch>
#include <memory>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "client.hh"
#include "clock.hh"
#include "message.hh"
#include "progress.hh"

namespace bench {
namespace {

constexpr std::size_t stack_size = 256 * 1024;
constexpr std::size_t largest_buffer = 64 * 1024;

// What the threads share; outlives them.
class Rounds {
public:
    Rounds(const Options& options, const Endpoint& endpoint)
        : options_(options), endpoint_(endpoint), common_(common_message(options.size)),
          totals_(options.threads), barrier_(options.threads, Latch{this}) {}

    Results run();

private:
    // Runs in the last thread to arrive, while all others wait: so all of them see the same
    // answer, and either all go on or none does.
    struct Latch {
        Rounds* rounds;
        void operator()() noexcept { rounds->stop_ = rounds->failed_.load(); }
    };
    struct Start {
        Rounds* rounds;
        unsigned index;
    };

    static void* enter(void* start);
    std::string start_threads(std::vector<Start>& starts, std::vector<pthread_t>& threads);
    void work(unsigned index);
    void fail(const std::string& fault);
    bool meet() {
        barrier_.arrive_and_wait();
        return !stop_;
    }

    const Options& options_;
    const Endpoint& endpoint_;
    const std::vector<char> common_;
    std::vector<std::uint64_t> totals_; // ns, by the thread's index: each writes its own
    std::latch may_start_{1};
    bool abandoned_ = false; // written before may_start_ opens
    std::atomic<bool> failed_{false};
    bool stop_ = false; // written in Latch only
    std::barrier<Latch> barrier_;
    std::atomic<std::uint64_t> done_{0};
    std::mutex mutex_; // of what follows
    ktcp::tools::Histogram latency_;
    std::string fault_;
};

void Rounds::fail(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    if (fault_.empty())
        fault_ = fault;
    failed_ = true;
}

void Rounds::work(unsigned index) {
    std::vector<char> own(options_.unique ? options_.size : 0);
    std::vector<char> buffer(std::min(options_.size + 1, largest_buffer));
    std::vector<std::uint64_t> times;
    times.reserve(options_.rounds);

    for (unsigned round = 0; round < options_.rounds; ++round) {
        Client client;
        if (options_.unique)
            write_unique(own, index + 1, round);
        if (std::string fault = client.connect(endpoint_, options_.timeout); !fault.empty())
            fail(fmt::format("thread {}, round {}: {}: {}", index, round, endpoint_.name, fault));
        if (!meet())
            break;
        std::uint64_t nanoseconds = 0;
        if (std::string fault =
                client.round_trip(options_.unique ? own : common_, buffer, nanoseconds);
            !fault.empty())
            fail(fmt::format("thread {}, round {}: {}: {}", index, round, endpoint_.name, fault));
        times.push_back(nanoseconds);
        done_.fetch_add(1, std::memory_order_relaxed);
        // Nobody connects while somebody measures.
        if (!meet())
            break;
    }

    const std::lock_guard lock(mutex_);
    for (const std::uint64_t time : times) {
        latency_.record(time);
        totals_[index] += time;
    }
}

void* Rounds::enter(void* argument) {
    const Start& start = *static_cast<const Start*>(argument);
    start.rounds->may_start_.wait();
    if (!start.rounds->abandoned_)
        start.rounds->work(start.index);
    return nullptr;
}

// std::thread cannot be given a stack size, and a thousand default stacks are 8 GB of address
// space, which a container's limit may not allow.
std::string Rounds::start_threads(std::vector<Start>& starts, std::vector<pthread_t>& threads) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_size);
    std::string fault;
    for (unsigned i = 0; i < options_.threads; ++i) {
        starts[i] = {this, i};
        pthread_t thread = 0;
        if (const int error = pthread_create(&thread, &attributes, enter, &starts[i])) {
            fault = fmt::format("only {} of {} threads could be started: {}; raise ulimit -u (in a "
                                "container its limit of processes), or ask for fewer with "
                                "--threads",
                                i, options_.threads, std::strerror(error));
            break;
        }
        threads.push_back(thread);
    }
    pthread_attr_destroy(&attributes);
    return fault;
}

Results Rounds::run() {
    std::vector<Start> starts(options_.threads);
    std::vector<pthread_t> threads;
    threads.reserve(options_.threads);
    Results results;
    results.fault = start_threads(starts, threads);
    abandoned_ = !results.fault.empty();
    const std::uint64_t begin = ktcp::tools::monotonic_ns();
    may_start_.count_down();
    {
        const auto progress =
            progress_bar("round trips", std::uint64_t{options_.threads} * options_.rounds, done_);
        for (const pthread_t thread : threads)
            pthread_join(thread, nullptr);
    }
    if (!results.fault.empty())
        return results;

    results.seconds = static_cast<double>(ktcp::tools::monotonic_ns() - begin) * 1e-9;
    results.latency = latency_;
    results.round_trips = latency_.total();
    results.fault = fault_;
    for (const std::uint64_t total : totals_)
        results.means.push_back(static_cast<double>(total) / options_.rounds / 1000);
    return results;
}

} // namespace

Results run_rounds(const Options& options, const Endpoint& endpoint) {
    // On the heap: the histogram in it alone is 20 KiB.
    return std::make_unique<Rounds>(options, endpoint)->run();
}

} // namespace bench
