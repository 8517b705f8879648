# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: what the kernel holds, and whether that has become more.

# Sets $held_now, the KiB of all pages that are neither free nor a program's or a file's: slabs,
# stacks and page tables, and also the ones that nobody counts, as those of packets; and $slabs_now.
# A processor's own free pages are free.
measure_held() {
    local shrink
    sync
    echo 3 >/proc/sys/vm/drop_caches
    # Empty slabs are kept for the next object, and KASAN keeps what was freed.
    for shrink in /sys/kernel/slab/*/shrink; do echo 1 >"$shrink"; done 2>/dev/null
    read -r held_now slabs_now < <(awk -v page=$page_kib '
        FILENAME == "/proc/zoneinfo" { if ($1 == "count:") free += $2 * page; next }
        /^MemTotal:/ { sum += $2 }
        /^(MemFree|Active|Inactive|Unevictable):/ { sum -= $2 }
        /^Slab:/ { slabs = $2 }
        END { print sum - free, slabs }' /proc/zoneinfo /proc/meminfo)
}
page_kib=$(($(getconf PAGESIZE) / 1024))

# note_held: what there is now; no_more_held compares with it.
note_held() {
    sleep 1
    measure_held
    held_kib=$held_now held_slabs=$slabs_now
    held_threads=$(kernel_threads) held_sockets=$(tcp_sockets)
    note_slabs >"$scratch/slabs"
}

# NAME KIB of all caches.
note_slabs() { awk -v page=$page_kib 'NR > 2 { print $1, $15 * $6 * page }' /proc/slabinfo; }

# no_more_held WHAT KIB WORKERS: since note_held. Sets $more_kib. What was freed may wait for a grace
# period, a worker or a timer of TCP: that goes with time, and what is lost does not. Workers of the
# kernel's pools come and go by themselves, minutes late: WORKERS more of them are no fault. Each has
# a stack of 16 KiB and as much again in slabs; and, from its first packet on, 32 KiB to send from
# (task_frag), which those may have come to that were there before, too.
no_more_held() {
    local threads sockets slabs_most held_most more
    for _ in $(seq $((patience / 150))); do
        sleep 1
        threads=$(($(kernel_threads) - held_threads)) sockets=$(($(tcp_sockets) - held_sockets))
        measure_held
        slabs_most=$(($2 + 20 * (threads > 0 ? threads : 0)))
        held_most=$((slabs_most + 48 * (threads > 0 ? threads : 0) + 32 * $3))
        more_kib=$((held_now - held_kib))
        more=$((more_kib > held_most || slabs_now - held_slabs > slabs_most))
        [ $more -eq 1 ] || [ $sockets -gt 0 ] || break
    done
    at_most "$1: kernel threads more than before" $((4 + $3)) $threads
    at_most "$1: TCP sockets more than before" 0 $sockets
    at_most "$1: KiB more than before in slabs" $slabs_most $((slabs_now - held_slabs))
    at_most "$1: KiB that the kernel holds more than before" $held_most $more_kib
    [ $more -eq 0 ] || slabs_more
}

# For who looks for what it is.
slabs_more() {
    note_slabs | awk '
        NR == FNR { before[$1] = $2; next }
        $2 > before[$1] { print "# KiB more in slabs: " $2 - before[$1], $1 }' "$scratch/slabs" - |
        sort -k 6nr | head -n 9
    grep -E '^(Slab|KernelStack|PageTables|Percpu|VmallocUsed):' /proc/meminfo | sed 's/^/# /'
}
