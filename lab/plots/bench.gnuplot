# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Draws files as bench writes them. gnuplot -c bench.gnuplot OUT.png TITLE FILE LEGEND [FILE LEGEND]...
set terminal pngcairo size 1200,800 font "sans,13"
set output ARG1
set title ARG2 noenhanced
set xlabel "thread"
set ylabel "time (µs)"
set key outside below noenhanced
set grid
set yrange [0:*]
files = (ARGC - 2) / 2

# A few slow threads among a thousand would flatten all others to a line.
median = 0
highest = 0
do for [i = 1:files] {
    stats ARGV[2 * i + 1] using 2 nooutput
    if (i == 1 || STATS_median < median) { median = STATS_median }
    if (STATS_max > highest) { highest = STATS_max }
}
if (median > 0 && highest > 20 * median) {
    set logscale y
    set yrange [*:*]
    set ylabel "time (µs, logarithmic)"
}
plot for [i = 1:files] ARGV[2 * i + 1] using 1:2 with points pointtype 7 pointsize 0.5 \
    title ARGV[2 * i + 2]
