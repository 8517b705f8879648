// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdio>
#include <string>

#include "options.hh"
#include "results.hh"

namespace bench {

// For people.
void print_report(std::FILE* to, const Options& options, const Results& results);

// For programs, to options.json_path. Returns what went wrong, or an empty string.
[[nodiscard]] std::string write_json(const Options& options, const Results& results);

} // namespace bench
