// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

#include "result.hh"

namespace htstress {

// The lines that end a run. The first six are as users know them; scripts read them.
[[nodiscard]] std::string closing_lines(const Result& result);

// For standard error: the first failure of each kind, and what else a reader of the figures has to
// know; empty when there is nothing.
[[nodiscard]] std::string explanations(const Result& result);

} // namespace htstress
