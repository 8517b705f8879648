// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// drop_tcp_socket_fuzz SECONDS [SEED]: writes noise to /proc/net/drop_tcp_sock from
// several threads, while connections of every family come, wait and go. Listeners,
// and connections whose names nobody writes, must live through it. Whether the kernel
// minded is in its log, for vm/scan_log to find. On a slow kernel it takes up to ten
// times as long, until there have been connections enough.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "kernel/drop_tcp_socket/connection.hh"
#include "kernel/drop_tcp_socket/noise.hh"
#include "kernel/drop_tcp_socket/pairs_file.hh"

namespace ktcp::test {
namespace {

class Fuzz {
public:
    Fuzz(int seconds, uint64_t seed)
        : until_(Clock::now() + std::chrono::seconds(seconds)),
          at_last_(Clock::now() + std::chrono::seconds(10 * seconds)), seed_(seed) {}
    int run();

private:
    bool going() const {
        const auto now = Clock::now();
        return now < until_ || (now < at_last_ && connections_ <= least_connections);
    }
    void make_connections(uint64_t seed, const char* host);
    void write_noise(uint64_t seed);
    void write_once(Noise& noise, PairsFile& file);
    void remember(const std::string& name);
    std::vector<std::string> names();

    // Noise that meets few connections tests little.
    static constexpr unsigned long least_connections = 1000;

    const Clock::time_point until_, at_last_;
    const uint64_t seed_;
    std::mutex lock_; // of names_
    std::deque<std::string> names_;
    std::atomic<unsigned long> writes_ = 0, bytes_ = 0, connections_ = 0, refused_ = 0;
    std::atomic<bool> failed_ = false;
};

void Fuzz::remember(const std::string& name) {
    const std::lock_guard held(lock_);
    names_.push_back(name);
    if (names_.size() > 200)
        names_.pop_front();
}

std::vector<std::string> Fuzz::names() {
    const std::lock_guard held(lock_);
    return {names_.begin(), names_.end()};
}

// Connections in all states: some are closed at once, some later, one end or both.
void Fuzz::make_connections(uint64_t seed, const char* host) {
    Noise noise(seed);
    const Listener listener(host, 64);
    const std::string to = std::string(host) == "::" ? "::ffff:127.0.0.1" : host;
    std::deque<Connection> held;
    while (going()) {
        try {
            Connection c(listener, to);
            connections_++;
            const int named = noise.below(2) ? c.client.fd() : c.server.fd();
            remember(noise.below(2) ? netstat_pair(named) : ss_pair(named));
            if (noise.below(3) == 0)
                c.client.close();
            if (noise.below(3) == 0)
                c.server.close();
            held.push_back(std::move(c));
            if (held.size() > 40)
                held.pop_front();
        } catch (const std::system_error&) {
            refused_++; // its name was written before we were done with it
        }
    }
    if (!listener.serves()) {
        std::printf("not ok - the listener on %s does not serve any more\n", host);
        failed_ = true;
    }
}

void Fuzz::write_once(Noise& noise, PairsFile& file) {
    const std::string text = noise.text(names());
    const char* data = text.data();
    size_t size = text.size();
    if (noise.below(50) == 0)
        size += noise.below(1 << 20); // beyond what is mapped, at times
    const ssize_t n = write(file.fd(), data, size);
    if (n > 0 && static_cast<size_t>(n) > size) {
        std::printf("not ok - %zu bytes written, %zd taken\n", size, n);
        failed_ = true;
    }
    writes_++;
    bytes_ += text.size();
}

void Fuzz::write_noise(uint64_t seed) {
    Noise noise(seed);
    while (going()) {
        PairsFile file;
        for (size_t i = noise.below(20); i > 0; i--)
            write_once(noise, file);
        if (noise.below(4) == 0)
            Report::read(file.fd()); // throws at what is no report
        if (noise.below(8) == 0)
            Report::read();
    }
}

int Fuzz::run() {
    const Listener apart4("127.200.201.202"), apart6("::1");
    std::deque<Connection> apart;
    for (int i = 0; i < 20; i++)
        apart.emplace_back(i % 2 ? apart4 : apart6);

    std::vector<std::thread> threads;
    const auto guarded = [this](auto f) {
        return [this, f] {
            try {
                f();
            } catch (const std::exception& e) {
                std::printf("not ok - %s\n", e.what());
                failed_ = true;
            }
        };
    };
    uint64_t seed = seed_;
    for (const char* host : {"127.0.0.1", "::1", "::"})
        threads.emplace_back(
            guarded([this, seed = ++seed, host] { make_connections(seed, host); }));
    for (int i = 0; i < 3; i++)
        threads.emplace_back(guarded([this, seed = ++seed] { write_noise(seed); }));
    for (std::thread& thread : threads)
        thread.join();

    size_t alive = 0;
    for (const Connection& c : apart)
        alive += carries(c.client.fd(), c.server.fd());
    const Report report = Report::read();
    std::printf("figure: fuzz: seed %llu: %lu writes, %lu KiB, %lu connections, %lu refused; "
                "%lu ended, %lu in TIME-WAIT, %lu malformed, %lu unknown\n",
                static_cast<unsigned long long>(seed_), writes_.load(), bytes_.load() / 1024,
                connections_.load(), refused_.load(), report.totals.at("connections"),
                report.totals.at("time_wait"), report.totals.at("malformed"),
                report.totals.at("unknown"));
    const bool listening = apart4.serves() && apart6.serves();
    // Noise that ends nothing, or is all refused, tests nothing.
    const bool effect = report.totals.at("connections") > 100 &&
                        report.totals.at("time_wait") > 10 &&
                        report.totals.at("malformed") > 1000 && connections_ > least_connections;
    std::printf("%s - connections that nobody named live: %zu of %zu\n",
                alive == apart.size() ? "ok" : "not ok", alive, apart.size());
    std::printf("%s - listeners live\n", listening ? "ok" : "not ok");
    std::printf("%s - the noise had an effect\n", effect ? "ok" : "not ok");
    return alive == apart.size() && listening && effect && !failed_ ? 0 : 1;
}

} // namespace
} // namespace ktcp::test

int main(int argc, char** argv) {
    const int seconds = argc >= 2 ? std::atoi(argv[1]) : 0;
    if (seconds <= 0 || argc > 3) {
        std::fprintf(stderr, "usage: drop_tcp_socket_fuzz SECONDS [SEED]\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const uint64_t seed = argc == 3 ? std::strtoull(argv[2], nullptr, 0) : std::random_device{}();
    try {
        return ktcp::test::Fuzz(seconds, seed).run();
    } catch (const std::exception& e) {
        std::printf("not ok - %s\n", e.what());
        return 1;
    }
}
