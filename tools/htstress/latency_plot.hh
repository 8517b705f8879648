// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>
#include <string_view>

#include "histogram.hh"

namespace htstress {

// How often which times occurred, as bars of text: at most 25 rows, whose limits are round numbers
// that grow by the same factor, as fine as fits. Empty if nothing was recorded.
[[nodiscard]] std::string latency_plot(std::string_view title, const ktcp::tools::Histogram& times);

} // namespace htstress
