// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

#include "options.hh"
#include "tally.hh"

namespace htstress {

// The closing lines, on stdout; what went wrong first, on stderr.
void print_report(const Options& options, const Tally& tally, double seconds);

// One JSON object. Returns what went wrong, or an empty string.
[[nodiscard]] std::string write_json(const Options& options, const Tally& tally, double seconds);

} // namespace htstress
