// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <mutex>

#include "blocks.hh"
#include "counter.hh"
#include "settings.hh"

namespace ktcp::plugin {

// The stretch between two markers. Counters are never reset (other vCPUs are running): what they
// stood at is kept when the window begins and taken off when it ends.
class Window {
public:
    Window(const Settings& settings, Counter& counter, Blocks& blocks)
        : settings_(settings), counter_(counter), blocks_(blocks) {}

    void begin();
    // Appends the window's counts to settings.out, and writes its profile if one is wanted.
    void end();

private:
    void write_counts();
    void write_profile();

    const Settings& settings_;
    Counter& counter_;
    Blocks& blocks_;
    std::mutex mutex_;
    std::uint64_t number_ = 0;
    std::uint64_t switches_base_ = 0;
    bool open_ = false;
};

} // namespace ktcp::plugin
