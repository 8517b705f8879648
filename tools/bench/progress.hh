// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "status_line.hh"

namespace bench {

// A bar on standard error while it lives. `done`, which outlives it, is read ten times a second;
// a `total` of 0: only the count is shown.
[[nodiscard]] ktcp::tools::StatusLine progress_bar(std::string_view what, std::uint64_t total,
                                                   const std::atomic<std::uint64_t>& done);

} // namespace bench
