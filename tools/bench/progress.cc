// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "progress.hh"

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>

namespace bench {

ktcp::tools::StatusLine progress_bar(std::string_view what, std::uint64_t total,
                                     const std::atomic<std::uint64_t>& done) {
    constexpr std::size_t width = 40;
    const auto text = [what = std::string(what), total, &done] {
        const std::uint64_t now = done.load(std::memory_order_relaxed);
        if (total == 0)
            return fmt::format("{} {}", now, what);
        const std::size_t filled = static_cast<std::size_t>(
            std::min<double>(1, static_cast<double>(now) / static_cast<double>(total)) * width);
        return fmt::format("[{}{}] {} of {} {}", std::string(filled, '#'),
                           std::string(width - filled, ' '), now, total, what);
    };
    return {std::chrono::milliseconds(100), text};
}

} // namespace bench
