// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace htstress {

// Where things are on the picture, in its own units; y grows downwards.
struct PlotArea {
    double left, right, top, bottom;
};

// From 0 per cent at the left: 90 is as far from there as 99 from 90, and 99.9 from 99.
class PercentileAxis {
public:
    // `total` values: one of them alone is the last thing that can be told apart.
    PercentileAxis(const PlotArea& area, double total);
    // `fraction` 0 to 1; what is beyond the last is drawn there.
    [[nodiscard]] double x_of(double fraction) const;
    [[nodiscard]] std::string grid() const;

private:
    PlotArea area_;
    double nines_; // at the right end
};

// Logarithmic, between round numbers.
class TimeAxis {
public:
    // ns
    TimeAxis(const PlotArea& area, double least, double greatest);
    [[nodiscard]] double y_of(double ns) const;
    [[nodiscard]] std::string grid() const;

private:
    PlotArea area_;
    std::vector<double> marks_; // ascending, ns; the first and the last are the ends
};

// "950 ns", "12.3 µs", "1.5 s"
[[nodiscard]] std::string time_text(double ns);

} // namespace htstress
