// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "svg_axes.hh"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

namespace htstress {
namespace {

std::string vertical(double x, const PlotArea& area, const std::string& label) {
    return fmt::format("<path class=\"grid\" d=\"M{0:.1f} {1}V{2}\"/>\n"
                       "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
                       x, area.top, area.bottom, area.bottom + 20, label);
}

std::string horizontal(double y, const PlotArea& area, const std::string& label) {
    return fmt::format("<path class=\"grid\" d=\"M{0} {1:.1f}H{2}\"/>\n"
                       "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
                       area.left, y, area.right, area.left - 8, y + 4, label);
}

// 1, 2 and 5 times each power of ten, from the last that is not above `least` to the first that is
// not below `greatest`; two at least.
std::vector<double> round_numbers(double least, double greatest) {
    std::vector<double> marks;
    for (double decade = std::pow(10, std::floor(std::log10(least)));; decade *= 10) {
        for (const double mantissa : {1.0, 2.0, 5.0}) {
            const double mark = mantissa * decade;
            if (mark <= least)
                marks.clear();
            marks.push_back(mark);
            if (mark >= greatest && marks.size() > 1)
                return marks;
        }
    }
}

} // namespace

PercentileAxis::PercentileAxis(const PlotArea& area, double total)
    : area_(area), nines_(std::log10(std::max(total, 10.0))) {}

double PercentileAxis::x_of(double fraction) const {
    const double nines = fraction < 1 ? std::min(-std::log10(1 - fraction), nines_) : nines_;
    return area_.left + (area_.right - area_.left) * nines / nines_;
}

std::string PercentileAxis::grid() const {
    std::string text = vertical(x_of(0), area_, "0 %") + vertical(x_of(0.5), area_, "50 %");
    for (int nines = 1; nines <= nines_; ++nines)
        text += vertical(x_of(1 - std::pow(10, -nines)), area_,
                         nines == 1
                             ? "90 %"
                             : fmt::format("{:.{}f} %", 100 - std::pow(10, 2 - nines), nines - 2));
    return text;
}

TimeAxis::TimeAxis(const PlotArea& area, double least, double greatest)
    : area_(area), marks_(round_numbers(std::max(least, 1.0), greatest)) {}

double TimeAxis::y_of(double ns) const {
    const double share = std::log(std::max(ns, marks_.front()) / marks_.front()) /
                         std::log(marks_.back() / marks_.front());
    return area_.bottom - (area_.bottom - area_.top) * share;
}

// Over many decades there is only room for these.
std::string TimeAxis::grid() const {
    std::string text;
    const bool all = marks_.size() <= 13;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        const double decades = std::log10(marks_[i]);
        const bool is_decade = std::abs(decades - std::round(decades)) < 1e-6;
        if (all || is_decade)
            text += horizontal(y_of(marks_[i]), area_, time_text(marks_[i]));
    }
    return text;
}

std::string time_text(double ns) {
    struct Unit {
        double ns;
        const char* name;
    };
    for (const Unit& unit : {Unit{1e9, "s"}, Unit{1e6, "ms"}, Unit{1e3, "µs"}})
        if (ns >= unit.ns * (1 - 1e-9))
            return fmt::format("{:.3g} {}", ns / unit.ns, unit.name);
    return fmt::format("{:.3g} ns", ns);
}

} // namespace htstress
