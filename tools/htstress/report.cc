// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "report.hh"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "json.hh"

namespace htstress {
namespace {

std::uint64_t requests_of(const Tally& t) { return t.good + t.bad + t.socket_errors; }

double rate_of(const Tally& t, double seconds) {
    return seconds > 0 ? static_cast<double>(requests_of(t)) / seconds : 0;
}

// Rounded down, so that 100 says "all of them".
std::uint64_t percent(std::uint64_t part, std::uint64_t whole) {
    return whole ? part * 100 / whole : 0;
}

double microseconds(std::uint64_t ns) { return static_cast<double>(ns) / 1000; }

} // namespace

void print_report(const Options& options, const Tally& t, double seconds) {
    const std::uint64_t requests = requests_of(t);
    fmt::print("\n");
    fmt::print("requests:      {}\n", requests);
    fmt::print("good requests: {} [{}%]\n", t.good, percent(t.good, requests));
    fmt::print("bad requests:  {} [{}%]\n", t.bad, percent(t.bad, requests));
    fmt::print("socket errors: {} [{}%]\n", t.socket_errors, percent(t.socket_errors, requests));
    fmt::print("seconds:       {:.3f}\n", seconds);
    fmt::print("requests/sec:  {:.3f}\n", rate_of(t, seconds));
    fmt::print("latency p50:   {:.1f} us\n", microseconds(t.latency.quantile(0.50)));
    fmt::print("latency p90:   {:.1f} us\n", microseconds(t.latency.quantile(0.90)));
    fmt::print("latency p99:   {:.1f} us\n", microseconds(t.latency.quantile(0.99)));
    fmt::print("latency max:   {:.1f} us\n", microseconds(t.latency.max()));
    std::fflush(stdout);
    if (!t.first_bad.empty())
        fmt::print(stderr, "htstress: first bad answer: {}{}\n", t.first_bad,
                   options.debug ? "" : " (--debug shows the answers)");
    if (!t.first_error.empty())
        fmt::print(stderr, "htstress: first socket error: {}\n", t.first_error);
}

std::string write_json(const Options& o, const Tally& t, double seconds) {
    std::FILE* file = std::fopen(o.json_path.c_str(), "w");
    if (!file)
        return fmt::format("{}: {}", o.json_path, std::strerror(errno));
    fmt::print(file,
               "{{\"url\": {}, \"threads\": {}, \"concurrency\": {}, \"keep_alive\": {}, "
               "\"requests\": {}, \"good\": {}, \"bad\": {}, \"socket_errors\": {}, "
               "\"reconnects\": {}, \"body_bytes\": {}, \"seconds\": {:.9f}, "
               "\"requests_per_second\": {:.3f}, \"latency_us\": {{\"p50\": {:.3f}, "
               "\"p90\": {:.3f}, \"p99\": {:.3f}, \"max\": {:.3f}}}}}\n",
               ktcp::tools::json_string(o.url), o.threads, o.concurrency, o.keep_alive,
               requests_of(t), t.good, t.bad, t.socket_errors, t.reconnects, t.body_bytes, seconds,
               rate_of(t, seconds), microseconds(t.latency.quantile(0.50)),
               microseconds(t.latency.quantile(0.90)), microseconds(t.latency.quantile(0.99)),
               microseconds(t.latency.max()));
    const bool failed = std::ferror(file) != 0;
    if (std::fclose(file) != 0 || failed)
        return fmt::format("{}: could not be written: {}", o.json_path, std::strerror(errno));
    return {};
}

} // namespace htstress
