// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace ktcp::tools {

// A line on standard error, anew each `period` while this lives, if that is a terminal; else
// nothing at all, not even a thread, so that it cannot disturb what is measured. The cursor waits
// at the line's beginning, where the next line of standard output goes; in the end it is erased.
class StatusLine {
public:
    // `text`, without control characters, is made in another thread; what is wider than the
    // terminal is cut off.
    StatusLine(std::chrono::milliseconds period, std::function<std::string()> text);
    ~StatusLine();
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    // Is there such a line to be written over? Then what is written to standard output in between
    // begins with this; else it is empty.
    [[nodiscard]] static const char* over();

private:
    void show();

    const std::chrono::milliseconds period_;
    const std::function<std::string()> text_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool end_ = false;
    std::thread thread_;
};

} // namespace ktcp::tools
