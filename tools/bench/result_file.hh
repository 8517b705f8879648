// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <span>
#include <string>

namespace bench {

// Writes lines "<index> <microseconds>", three decimals, indices from 0 in order: what gnuplot
// and ten years of course notes expect of bench.txt. Returns what went wrong, or an empty string.
[[nodiscard]] std::string write_result_file(const std::string& path,
                                            std::span<const double> microseconds);

} // namespace bench
