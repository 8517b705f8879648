// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>

#include "result.hh"

namespace htstress {

// kind,percentile,latency_us,count: all that the histograms know, a line for each value that
// occurred. `count` answers, `percentile` per cent of all, took no longer. `kind` is "latency" and,
// with a rate, "service" too.
[[nodiscard]] std::string latency_csv(const Result& result);

// second,requests,whole: how many requests ended in each second from the beginning; `whole` is 0
// for what came after the last whole one.
[[nodiscard]] std::string seconds_csv(const Result& result);

} // namespace htstress
