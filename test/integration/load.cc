// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/load.hh"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "integration/exchange.hh"
#include "integration/fetcher.hh"

namespace ktcp::test {

namespace {

double at(const std::vector<double>& sorted, double share) {
    if (sorted.empty())
        return 0;
    return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

} // namespace

std::string Load::text() const {
    char line[160];
    snprintf(line, sizeof(line), "%.0f round trips/s, p50 %.0f us, p99 %.0f us, %llu failed",
             rate(), p50, p99, static_cast<unsigned long long>(failures));
    return line;
}

RoundTrip http_round_trip(const Endpoint& server, const std::string& target) {
    auto fetcher = std::make_shared<Fetcher>(server);
    return [fetcher, target] {
        if (Response got = fetcher->get(target); got.status != 200)
            throw std::runtime_error("status " + std::to_string(got.status));
    };
}

RoundTrip echo_round_trip(const Endpoint& server, size_t bytes) {
    static constexpr Patience patience{30000};
    auto message = std::make_shared<std::string>(bytes, 'e');
    auto exchange = std::make_shared<Exchange>();
    return [server, message, exchange] {
        // After a fault, too, the next one is over a new connection.
        if (!exchange->socket().open() || !exchange->fault().empty())
            *exchange = Exchange(std::move(connect_many(server, 1, patience)[0]), {});
        exchange->half_closes = false;
        exchange->next(*message);
        finish(*exchange, patience);
    };
}

Load measure_load(const std::function<RoundTrip()>& connect, unsigned connections,
                  std::chrono::milliseconds time) {
    Load load;
    std::mutex mutex;
    std::vector<double> latencies;
    auto begin = Clock::now();
    auto work = [&] {
        RoundTrip round_trip = connect();
        std::vector<double> mine;
        uint64_t failures = 0;
        std::string fault;
        while (Clock::now() - begin < time && failures < 100) {
            auto sent = Clock::now();
            try {
                round_trip();
                mine.push_back(
                    std::chrono::duration<double, std::micro>(Clock::now() - sent).count());
            } catch (const std::exception& e) {
                failures++;
                fault = e.what();
            }
        }
        std::lock_guard lock(mutex);
        latencies.insert(latencies.end(), mine.begin(), mine.end());
        load.failures += failures;
        if (!fault.empty())
            load.fault = fault;
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < connections; i++)
        threads.emplace_back(work);
    threads.clear();
    load.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    load.round_trips = latencies.size();
    std::sort(latencies.begin(), latencies.end());
    load.p50 = at(latencies, 0.5);
    load.p99 = at(latencies, 0.99);
    return load;
}

} // namespace ktcp::test
