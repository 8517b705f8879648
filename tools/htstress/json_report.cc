// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "json_report.hh"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "json.hh"
#include "latency_levels.hh"
#include "per_second.hh"

namespace htstress {
namespace {

using ktcp::tools::Histogram;
using ktcp::tools::json_string;

constexpr double listed_percentiles[] = {1,  2,    5,    10,    20,    30,     40,     50,
                                         60, 70,   75,   80,    85,    90,     95,     97.5,
                                         99, 99.5, 99.9, 99.95, 99.99, 99.999, 99.9999};

// As far as there are values that can tell one from the greatest.
std::string percentiles(const Histogram& times) {
    std::string list = fmt::format("[0, {:.3f}]", microseconds(times.min()));
    for (const double percentile : listed_percentiles)
        if ((1 - percentile / 100) * static_cast<double>(times.total()) >= 1)
            list += fmt::format(", [{}, {:.3f}]", percentile,
                                microseconds(times.quantile(percentile / 100)));
    return list + fmt::format(", [100, {:.3f}]", microseconds(times.max()));
}

std::string times_object(const Histogram& times) {
    if (times.total() == 0) {
        std::string text = "{\"min\": null, \"mean\": null, \"deviation\": null, ";
        for (const LatencyLevel& level : latency_levels)
            text += fmt::format("\"{}\": null, ", level.name);
        return text + "\"max\": null, \"beyond\": 0, \"percentiles\": []}";
    }
    std::string text =
        fmt::format("{{\"min\": {:.3f}, \"mean\": {:.3f}, \"deviation\": {:.3f}, ",
                    microseconds(times.min()), times.mean() / 1000, times.deviation() / 1000);
    for (const LatencyLevel& level : latency_levels)
        text += fmt::format("\"{}\": {:.3f}, ", level.name,
                            microseconds(times.quantile(level.fraction)));
    return text + fmt::format("\"max\": {:.3f}, \"beyond\": {}, \"percentiles\": [{}]}}",
                              microseconds(times.max()), times.beyond(), percentiles(times));
}

std::string failures_object(const Tally& t) {
    std::string text;
    for (std::size_t i = 0; i < failure_kinds; ++i)
        text +=
            fmt::format("{}\"{}\": {{\"count\": {}, \"first\": {}}}", i ? ", " : "",
                        name_of(static_cast<Failure>(i)), t.failures[i], json_string(t.first[i]));
    return '{' + text + '}';
}

std::string seconds_object(const PerSecond& rates) {
    return fmt::format("{{\"whole\": [{}], \"rest\": {}, \"median\": {}, \"smallest\": {}, "
                       "\"largest\": {}}}",
                       fmt::join(rates.whole, ", "), rates.rest, rates.median, rates.smallest,
                       rates.largest);
}

} // namespace

// Scripts look for `"p50": ` and the like with line tools that take the last one: latency_us is
// the last.
std::string json_report(const Result& r) {
    const Options& o = r.options;
    const Tally& t = r.tally;
    return fmt::format(
        "{{\"url\": {}, \"threads\": {}, \"concurrency\": {}, \"keep_alive\": {}, "
        "\"requests\": {}, \"good\": {}, \"bad\": {}, \"socket_errors\": {}, "
        "\"reconnects\": {}, \"resent\": {}, \"body_bytes\": {}, \"received_bytes\": {}, "
        "\"seconds\": {:.9f}, "
        "\"requests_per_second\": {:.3f}, \"good_per_second\": {:.3f}, \"rate\": {}, \"late\": {}, "
        "\"never_begun\": {}, "
        "\"port_waits\": {}, \"backlog_waits\": {}, "
        "\"command\": {}, \"failures\": {}, \"per_second\": {}, "
        "{}\"latency_us\": {}}}\n",
        json_string(o.url), o.threads, o.concurrency, o.keep_alive, t.requests(), t.good, t.bad(),
        t.socket_errors(), t.reconnects, t.resent, t.body_bytes, t.received_bytes, r.seconds,
        r.requests_per_second(), r.good_per_second(), o.rate, t.late, t.never_begun, t.port_waits,
        t.backlog_waits, json_string(r.command), failures_object(t),
        seconds_object(per_second(t.series, r.counted_seconds())),
        r.has_service() ? fmt::format("\"service_us\": {}, ", times_object(t.service)) : "",
        times_object(t.latency));
}

} // namespace htstress
