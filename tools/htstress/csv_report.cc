// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "csv_report.hh"

#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "latency_levels.hh"
#include "per_second.hh"

namespace htstress {
namespace {

using ktcp::tools::Histogram;

std::string rows(std::string_view kind, const Histogram& times) {
    std::string text;
    for (const Histogram::Step& step : times.distribution())
        text +=
            fmt::format("{},{:.8g},{:.3f},{}\n", kind,
                        100 * static_cast<double>(step.count) / static_cast<double>(times.total()),
                        microseconds(step.value), step.count);
    return text;
}

} // namespace

std::string latency_csv(const Result& r) {
    return "kind,percentile,latency_us,count\n" + rows("latency", r.tally.latency) +
           rows("service", r.tally.service);
}

std::string seconds_csv(const Result& r) {
    const PerSecond rates = per_second(r.tally.series, r.counted_seconds());
    std::string text = "second,requests,whole\n";
    for (std::size_t i = 0; i < rates.whole.size(); ++i)
        text += fmt::format("{},{},1\n", i, rates.whole[i]);
    return text + fmt::format("{},{},0\n", rates.whole.size(), rates.rest);
}

} // namespace htstress
