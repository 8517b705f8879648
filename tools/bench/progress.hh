// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace bench {

// A bar on standard error while it lives, if that is a terminal; else nothing at all, not even a
// thread, so that it cannot disturb what is being measured.
class Progress {
public:
    // `done` is read ten times a second and outlives this; a `total` of 0: only the count is shown.
    Progress(std::string what, std::uint64_t total, const std::atomic<std::uint64_t>& done);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

private:
    void show();
    void draw();

    const std::string what_;
    const std::uint64_t total_;
    const std::atomic<std::uint64_t>& done_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool end_ = false;
    std::thread thread_;
};

} // namespace bench
