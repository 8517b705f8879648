// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

#include "result.hh"

namespace htstress {

// The results as one JSON object on one line, which the lab keeps as lines of a file. Times are in
// microseconds. doc/htstress.md lists the members.
[[nodiscard]] std::string json_report(const Result& result);

} // namespace htstress
