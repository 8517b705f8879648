// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "report.hh"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "latency_levels.hh"
#include "per_second.hh"

namespace htstress {
namespace {

using ktcp::tools::Histogram;

// Rounded down, so that 100 says "all of them".
std::uint64_t percent(std::uint64_t part, std::uint64_t whole) {
    return whole ? part * 100 / whole : 0;
}

std::string line(std::string_view what, std::string_view level, const std::string& value) {
    return fmt::format("{:<14} {}\n", fmt::format("{} {}:", what, level), value);
}

// `what` has seven letters, or the columns do not meet.
std::string time_lines(std::string_view what, const Histogram& times) {
    // Of nothing there is no least and no greatest: a 0 would be the best there is.
    const auto shown = [&times](double us) {
        return times.total() ? fmt::format("{:.1f} us", us) : std::string("-");
    };
    std::string text = line(what, "min", shown(microseconds(times.min())));
    text += line(what, "mean", shown(times.mean() / 1000));
    for (const LatencyLevel& level : latency_levels)
        text += line(what, level.name, shown(microseconds(times.quantile(level.fraction))));
    text += line(what, "max", shown(microseconds(times.max())));
    if (times.beyond())
        text += fmt::format("{} of these took 4.8 hours or longer, and are in the mean as that\n",
                            times.beyond());
    return text;
}

std::string kinds_line(const Tally& t) {
    std::string kinds;
    for (std::size_t i = 0; i < failure_kinds; ++i)
        if (t.failures[i])
            kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", t.failures[i],
                                 name_of(static_cast<Failure>(i)));
    return kinds.empty() ? kinds : fmt::format("failures:      {}\n", kinds);
}

// One second has no spread.
std::string spread_line(const PerSecond& rates) {
    if (rates.whole.size() < 2)
        return {};
    return fmt::format("per second:    median {}, from {} to {}, in {} whole seconds\n",
                       rates.median, rates.smallest, rates.largest, rates.whole.size());
}

std::string late_line(const Result& r) {
    if (r.tally.late == 0)
        return {};
    return fmt::format("after the end: {}, waited for up to {:.3f} s (not in requests/sec)\n",
                       r.tally.late, r.seconds - r.counted_seconds());
}

} // namespace

std::string closing_lines(const Result& r) {
    const Tally& t = r.tally;
    const std::uint64_t requests = t.requests();
    std::string text =
        fmt::format("\n"
                    "requests:      {}\n"
                    "good requests: {} [{}%]\n"
                    "bad requests:  {} [{}%]\n"
                    "socket errors: {} [{}%]\n"
                    "seconds:       {:.3f}\n"
                    "requests/sec:  {:.3f}\n",
                    requests, t.good, percent(t.good, requests), t.bad(),
                    percent(t.bad(), requests), t.socket_errors(),
                    percent(t.socket_errors(), requests), r.seconds, r.requests_per_second());
    if (r.has_service()) {
        text += "since each request was due:\n" + time_lines("latency", t.latency);
        text += "since each was begun:\n" + time_lines("service", t.service);
    } else {
        text += time_lines("latency", t.latency);
    }
    return text + spread_line(per_second(t.series, r.counted_seconds())) + late_line(r) +
           kinds_line(t);
}

std::string explanations(const Result& r) {
    std::string text;
    for (std::size_t i = 0; i < failure_kinds; ++i) {
        const auto kind = static_cast<Failure>(i);
        if (r.tally.failures[i])
            text += fmt::format(
                "htstress: first failure by {}: {}{}\n", name_of(kind), r.tally.first[i],
                is_socket_error(kind) || r.options.debug ? "" : " (--debug shows the answers)");
    }
    if (r.tally.reconnects > 0 || r.tally.resent > 0)
        text += fmt::format("htstress: {} persistent connections were closed by the server, and {} "
                            "requests sent again, which it may have seen twice: no failures\n",
                            r.tally.reconnects, r.tally.resent);
    if (r.tally.never_begun > 0)
        text += fmt::format("htstress: {} requests were due by the end and never begun: the server "
                            "did not keep up with {}/s on these connections; they are in no other "
                            "figure\n",
                            r.tally.never_begun, r.options.rate);
    if (r.tally.port_waits > 0)
        text += fmt::format("htstress: {} times there was no free port on this machine, and it "
                            "waited for one: not the server's time (keep connections with -k)\n",
                            r.tally.port_waits);
    if (r.tally.backlog_waits > 0)
        text += fmt::format("htstress: {} times the unix socket's backlog was full, and it tried "
                            "again 10 ms later: that is in the latencies (a larger backlog in the "
                            "server, or fewer connections)\n",
                            r.tally.backlog_waits);
    return text;
}

} // namespace htstress
