# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: kecho loaded, and unloaded under traffic, again and again: clients in
# mid-transfer, byte by byte, resetting, connecting, silent. Each life is short: what goes
# wrong when a module comes and goes does so in its first and last milliseconds.

cycle_lives=${LIVES:-50}
cycle_warm_up=$(((cycle_lives + 4) / 5)) # lives, until the kernel's own caches have what they want
cycle_seconds=0.25 # of a life
cycle_growth=512 # KiB of kernel memory, for all lives after the warm-up
cycle_drain=5000 # ms: kecho's drain_timeout

part_cycles() {
    local variant
    # Sockets in TIME-WAIT stay for a minute, and would look like growth.
    echo 64 >/proc/sys/net/ipv4/tcp_max_tw_buckets
    for variant in $(models_chosen); do cycles_of $variant; done
}

# cycles_of MODEL[/BENCH]
cycles_of() {
    local variant=$1 parameters traffic life slowest=0 idle=0 least=-1 lines status=0
    local took workers=8 begin=$SECONDS
    case $variant in cmwq/*) workers=40 ;; esac
    mapfile -t parameters < <(model_parameters $variant)
    echo_traffic "$address" --each 6 --seconds 600 >"$scratch/traffic" &
    traffic=$!
    lines=$(dmesg | wc -l)
    for life in $(seq $cycle_lives); do
        cycle_life "${parameters[@]}"
        if [ $life -eq $cycle_warm_up ]; then note_baseline; fi
    done
    kill $traffic
    wait $traffic || status=$?
    equal "$variant: the clients' own verdict ($(tail -n 1 "$scratch/traffic"))" 0 $status
    equal "$variant: lives of $cycle_lives without traffic" 0 $idle
    ok "$variant: bytes echoed in the laziest life: $least"
    at_most "$variant: ms that the slowest rmmod took" $((cycle_drain + 1000 * slower)) $slowest
    # Besides: what dropping caches, to measure memory, logs, and the kernel's own remark
    # when so many connect at once ("Possible SYN flooding").
    at_most "$variant: lines in the log, two for each life" $((2 * cycle_lives + 5)) \
        $(($(dmesg | wc -l) - lines))
    no_growth $variant $cycle_growth $workers
    echo "figure: kecho $variant on $(uname -r): $cycle_lives lives under traffic in" \
        "$((SECONDS - begin)) s, the slowest rmmod $slowest ms, $grown_memory KiB more in the end"
    cycle_deaf
}

# cycle_life PARAMETER=VALUE...: counts what it sees in cycles_of's variables.
cycle_life() {
    load "$@"
    sleep $cycle_seconds
    local sent accepted begin
    sent=$(stat bytes_sent) accepted=$(stat accepted)
    [ $accepted -ge 30 ] && [ $sent -gt 0 ] || idle=$((idle + 1))
    [ $least -ge 0 ] && [ $least -lt $sent ] || least=$sent
    begin=$(now_ms)
    rmmod kecho || not_ok "$variant: rmmod"
    took=$(($(now_ms) - begin))
    [ $took -le $slowest ] || slowest=$took
}

# Who does not read what was sent is waited for, and then cut off.
cycle_deaf() {
    local holder begin
    load "${parameters[@]}"
    echo_traffic "$address" --each 2 --deaf 20 --seconds 60 >"$scratch/traffic" &
    holder=$!
    sleep 1.5
    begin=$(now_ms)
    rmmod kecho || not_ok "$variant: rmmod with clients that do not read"
    at_most "$variant: ms that rmmod took with clients that do not read" $((cycle_drain + 6000 * slower)) \
        $(($(now_ms) - begin))
    kill $holder
    wait $holder || not_ok "$variant: clients that do not read: $(tail -n 1 "$scratch/traffic")"
}
