// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "report.hh"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "json.hh"

namespace bench {
namespace {

struct Level {
    const char* name;
    double fraction;
};
constexpr Level levels[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};

double microseconds(std::uint64_t ns) { return static_cast<double>(ns) / 1000; }

double rate_of(const Results& r) {
    return r.seconds > 0 ? static_cast<double>(r.round_trips) / r.seconds : 0;
}

std::string to_json(const Options& o, const Results& r) {
    std::string text =
        fmt::format("{{\"mode\": \"{}\", \"host\": {}, \"port\": {}, \"threads\": {}, ",
                    o.reconnect    ? "reconnect"
                    : o.persistent ? "persistent"
                                   : "rounds",
                    ktcp::tools::json_string(o.host), o.port, o.threads);
    text += o.persistent ? fmt::format("\"connections_per_thread\": {}, ", o.connections)
                         : fmt::format("\"rounds\": {}, ", o.rounds);
    text += fmt::format("\"size\": {}, \"unique\": {}, \"round_trips\": {}, \"seconds\": {:.9f}, ",
                        o.size, o.unique, r.round_trips, r.seconds);
    // With a connection per round trip most of the time goes into connecting.
    if (o.persistent)
        text += fmt::format("\"round_trips_per_second\": {:.3f}, ", rate_of(r));
    text += "\"latency_us\": {";
    for (const Level& level : levels)
        text += fmt::format("\"{}\": {:.3f}, ", level.name,
                            microseconds(r.latency.quantile(level.fraction)));
    return text + fmt::format("\"max\": {:.3f}}}}}\n", microseconds(r.latency.max()));
}

} // namespace

void print_report(std::FILE* to, const Options& o, const Results& r) {
    if (o.persistent)
        fmt::print(to, "{} connections{}, {} bytes\n", std::uint64_t{o.threads} * o.connections,
                   o.reconnect ? " at a time" : "", o.size);
    else
        fmt::print(to, "{} threads, {} rounds, {} bytes\n", o.threads, o.rounds, o.size);
    fmt::print(to, "round trips:   {}\n", r.round_trips);
    fmt::print(to, "seconds:       {:.3f}\n", r.seconds);
    if (o.persistent)
        fmt::print(to, "round trips/s: {:.1f}\n", rate_of(r));
    for (const Level& level : levels)
        fmt::print(to, "{:<15}{:.1f} us\n", std::string(level.name) + ':',
                   microseconds(r.latency.quantile(level.fraction)));
    fmt::print(to, "{:<15}{:.1f} us\n", "max:", microseconds(r.latency.max()));
    std::fflush(to);
}

std::string write_json(const Options& o, const Results& r) {
    const bool standard = o.json_path == "-";
    std::FILE* file = standard ? stdout : std::fopen(o.json_path.c_str(), "w");
    if (!file)
        return fmt::format("{}: {}; choose another file with --json", o.json_path,
                           std::strerror(errno));
    fmt::print(file, "{}", to_json(o, r));
    bool failed = std::fflush(file) != 0 || std::ferror(file) != 0;
    if (!standard)
        failed |= std::fclose(file) != 0;
    return failed ? fmt::format("{}: could not be written: {}", o.json_path, std::strerror(errno))
                  : std::string{};
}

} // namespace bench
