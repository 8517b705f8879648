# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Sourced: a tree that is ten times what may be kept. Wants parts.sh and a host.

memory_budget=$((8 * 1048576))

# 80 MiB, from 16 KiB to 1 MiB a file.
memory_tree() {
    local size
    rm -rf "$scratch/www" && mkdir "$scratch/www"
    for size in 16 64 250 1000; do
        mkdir "$scratch/www/$size"
        head -c $((20 * 1048576)) /dev/urandom | (cd "$scratch/www/$size" && split -a 4 -b "${size}K" -)
    done
}

# Once around, by 16 clients.
memory_walk() {
    local what=$1
    shift
    check "$host_name: $what" "$compare" "$scratch/www" "$address" --connections 16 "$@"
}

# memory_sampled WHAT COMMAND...: the budget is watched meanwhile.
memory_sampled() {
    local what=$1 sampler
    shift
    touch "$scratch/sampling"
    host_sample &
    sampler=$!
    "$@"
    rm "$scratch/sampling"
    wait "$sampler" || true
    at_least "$what: samples" 3 "$(host_samples)"
    at_most "$what: the most bytes kept, of $memory_budget" $((memory_budget + memory_budget / 20)) \
        "$(host_most cache_bytes)"
}

part_memory() {
    local before grown kept
    memory_tree
    sleep 1.2
    host_start "$scratch/www" cache_size=$memory_budget
    before=$(host_memory)
    memory_sampled 'a tree ten times the budget' memory_walk 'a tree ten times the budget is walked'
    memory_sampled 'once more' memory_walk 'and walked once more'
    memory_settle
    kept=$(host_stat cache_bytes)
    grown=$(($(host_memory) - before))
    echo "figure: $host_name: $((kept / 1024)) KiB kept of $((memory_budget / 1024)), memory grew by $grown KiB," \
        "$(host_stat cache_evictions) dropped"
    at_least 'the budget is used' $((memory_budget / 2)) "$kept"
    at_most 'KiB of memory beside what is said to be kept' $((memory_budget / 1024 / 4 + 2048)) \
        $((grown - kept / 1024))
    ! declare -F host_pressure >/dev/null || host_pressure
    host_stop memory
    rm -rf "$scratch/www"
}

# Connections that have just ended have buffers for a moment.
memory_settle() { sleep 1; }
