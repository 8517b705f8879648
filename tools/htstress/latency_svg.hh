// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

#include "result.hh"

namespace htstress {

// Latency by percentile as an SVG document that refers to nothing outside of itself: percentiles
// by the number of nines, time by its logarithm; the command as its title. Follows the reader's
// choice of a light or a dark page.
[[nodiscard]] std::string latency_svg(const Result& result);

} // namespace htstress
