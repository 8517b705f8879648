// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "latency_svg.hh"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "latency_levels.hh"
#include "svg_axes.hh"

namespace htstress {
namespace {

using ktcp::tools::Histogram;

constexpr double width = 860;
constexpr std::size_t letters = 108; // of the title's font, in a line
constexpr double line_height = 18;

constexpr std::string_view style = R"(<style>
svg { background: var(--page); font: 13px system-ui, sans-serif;
  --page: #ffffff; --ink: #1f2328; --faint: #d0d7de; --first: #0550ae; --second: #bc4c00; }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --ink: #e6edf3; --faint: #30363d; --first: #79c0ff; --second: #ffa657; } }
text { fill: var(--ink); }
.head { font-weight: 600; font-size: 15px; }
.command { font: 12px ui-monospace, monospace; }
.grid { stroke: var(--faint); fill: none; }
.latency, .service { fill: none; stroke-width: 2; stroke: var(--first); }
.service { stroke: var(--second); stroke-dasharray: 6 3; }
.mark { fill: var(--first); }
.value { paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
</style>
)";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string text_at(double x, double y, std::string_view more, std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", x, y, more, text);
}

// As steps: each value up to the percentile to which it holds.
std::string curve(const char* name, const Histogram& times, const PercentileAxis& across,
                  const TimeAxis& up) {
    std::string path;
    for (const Histogram::Step& step : times.distribution()) {
        const double y = up.y_of(static_cast<double>(step.value));
        path += path.empty() ? fmt::format("M{:.1f} {:.1f}", across.x_of(0), y)
                             : fmt::format("V{:.1f}", y);
        path += fmt::format("H{:.1f}", across.x_of(static_cast<double>(step.count) /
                                                   static_cast<double>(times.total())));
    }
    return path.empty() ? path : fmt::format("<path class=\"{}\" d=\"{}\"/>\n", name, path);
}

// The percentiles that the closing lines name, with their values, where there are enough answers.
std::string marks(const Histogram& times, const PercentileAxis& across, const TimeAxis& up) {
    // The curve rises to the right, so that what is left of a point and above it is free, and
    // what is right of it and below.
    const auto mark = [&](double fraction, std::uint64_t value) {
        const double x = across.x_of(fraction), y = up.y_of(static_cast<double>(value));
        const bool is_left = x < across.x_of(0) + 70;
        return fmt::format("<circle class=\"mark\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"/>\n", x, y) +
               text_at(is_left ? x + 6 : x - 4, is_left ? y + 16 : y - 10,
                       is_left ? " class=\"value\"" : " class=\"value\" text-anchor=\"end\"",
                       time_text(static_cast<double>(value)));
    };
    std::string text;
    for (const LatencyLevel& level : latency_levels)
        if ((1 - level.fraction) * static_cast<double>(times.total()) > 1)
            text += mark(level.fraction, times.quantile(level.fraction));
    return text + mark(1, times.max());
}

std::string legend(const PlotArea& area) {
    const double x = area.left + 16;
    const auto entry = [&](double y, const char* name, const char* words) {
        return fmt::format("<path class=\"{}\" d=\"M{} {}h32\"/>\n", name, x, y) +
               text_at(x + 40, y + 4, " class=\"value\"", words);
    };
    return entry(area.top + 16, "latency", "latency, since each request was due") +
           entry(area.top + 36, "service", "service time, since each was begun");
}

std::string plot(const Result& r, const PlotArea& area) {
    const Histogram& latency = r.tally.latency;
    const Histogram& service = r.tally.service;
    if (latency.total() == 0)
        return text_at(area.left, area.top + 40, "", "No request was answered as it should be.");
    const std::uint64_t least =
        r.has_service() ? std::min(latency.min(), service.min()) : latency.min();
    const PercentileAxis across(area, static_cast<double>(latency.total()));
    const TimeAxis up(area, static_cast<double>(least),
                      static_cast<double>(std::max(latency.max(), service.max())));
    std::string text = across.grid() + up.grid();
    text += text_at((area.left + area.right) / 2, area.bottom + 44, " text-anchor=\"middle\"",
                    "share of the answers that took no longer");
    text += curve("service", service, across, up) + curve("latency", latency, across, up);
    return text + marks(latency, across, up) + (r.has_service() ? legend(area) : "");
}

} // namespace

std::string latency_svg(const Result& r) {
    std::string title;
    double y = 54;
    for (std::size_t at = 0; at < r.command.size(); at += letters, y += line_height)
        title += text_at(20, y, " class=\"command\"",
                         escaped(std::string_view(r.command).substr(at, letters)));
    title +=
        text_at(20, y + 4, "",
                fmt::format("{} requests in {:.3f} s, {:.0f}/s, {} failed", r.tally.requests(),
                            r.seconds, r.requests_per_second(), r.tally.requests() - r.tally.good));
    const PlotArea area{80, width - 30, y + 30, y + 370};
    return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
                       "width=\"{0}\" height=\"{1}\" role=\"img\">\n<title>{2}</title>\n",
                       width, area.bottom + 60, escaped(r.command)) +
           std::string(style) + text_at(20, 30, " class=\"head\"", "Latency by percentile") +
           title + plot(r, area) + "</svg>\n";
}

} // namespace htstress
