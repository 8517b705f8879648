// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "status_line.hh"

#include <cstddef>
#include <cstdio>
#include <system_error>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace ktcp::tools {
namespace {

constexpr const char* clear_line = "\x1b[K";

// A line that is wrapped cannot be erased by going back to its beginning.
std::size_t columns() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79;
}

} // namespace

const char* StatusLine::over() {
    static const char* const sequence =
        isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) ? clear_line : "";
    return sequence;
}

StatusLine::StatusLine(std::chrono::milliseconds period, std::function<std::string()> text)
    : period_(period), text_(std::move(text)) {
    if (!isatty(STDERR_FILENO))
        return;
    try {
        thread_ = std::thread([this] { show(); });
    } catch (const std::system_error&) {
        // No thread to be had for a line: then there is none.
    }
}

StatusLine::~StatusLine() {
    if (!thread_.joinable())
        return;
    {
        const std::lock_guard lock(mutex_);
        end_ = true;
    }
    ended_.notify_one();
    thread_.join();
    fmt::print(stderr, "\r{}", clear_line);
    std::fflush(stderr);
}

void StatusLine::show() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, period_, [this] { return end_; })) {
        fmt::print(stderr, "\r{}{}\r", text_().substr(0, columns()), clear_line);
        std::fflush(stderr);
    }
}

} // namespace ktcp::tools
