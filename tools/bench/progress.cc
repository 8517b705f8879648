// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "progress.hh"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <system_error>

#include <fmt/format.h>

namespace bench {
namespace {

constexpr std::size_t width = 40;

} // namespace

Progress::Progress(std::string what, std::uint64_t total, const std::atomic<std::uint64_t>& done)
    : what_(std::move(what)), total_(total), done_(done) {
    if (!isatty(STDERR_FILENO))
        return;
    try {
        thread_ = std::thread([this] { show(); });
    } catch (const std::system_error&) {
        // No thread to be had for a bar: then there is none.
    }
}

Progress::~Progress() {
    if (!thread_.joinable())
        return;
    {
        const std::lock_guard lock(mutex_);
        end_ = true;
    }
    ended_.notify_one();
    thread_.join();
    fmt::print(stderr, "\r\x1b[K"); // to the line's start, and clear it
    std::fflush(stderr);
}

void Progress::show() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, std::chrono::milliseconds(100), [this] { return end_; }))
        draw();
}

void Progress::draw() {
    const std::uint64_t done = done_.load(std::memory_order_relaxed);
    if (total_ == 0) {
        fmt::print(stderr, "\r{} {}\x1b[K", done, what_);
    } else {
        const std::size_t filled = static_cast<std::size_t>(
            std::min<double>(1, static_cast<double>(done) / static_cast<double>(total_)) * width);
        fmt::print(stderr, "\r[{}{}] {} of {} {}\x1b[K", std::string(filled, '#'),
                   std::string(width - filled, ' '), done, total_, what_);
    }
    std::fflush(stderr);
}

} // namespace bench
