# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: unloading while hundreds of clients are in the middle of
# something, again and again, with nothing left behind.

cycle_clients=50 # of each of the six kinds
cycle_drain=2000 # ms

# Of either side, to or from the server's port: their states as in /proc/net/tcp.
cycle_connections() {
    awk -v port=":$(printf %04X "$port")\$" '($2 ~ port || $3 ~ port) && $4 != "06" { print $4 }' \
        /proc/net/tcp /proc/net/tcp6 | sort | uniq -c
}

# cycle NAME PARAMETER=VALUE...: one life of the module: served, and taken away under traffic.
cycle() {
    local number=$1 holder begin took status=0
    shift
    load "WWWROOT=$tree" drain_timeout=$cycle_drain send_timeout=60000 "$@"
    check "cycle $number: the tree" tree_compare "$tree" "$address" --connections 4 --sample 7
    rude_clients "$address" --each $cycle_clients --hold 60 >"$scratch/hold" &
    holder=$!
    for _ in $(seq 600); do
        grep -q '^holding' "$scratch/hold" && break
        sleep 0.05
    done
    sleep 1
    echo "# cycle $number: $(cat "$scratch/hold"), $(stat open) open, $(stat requests) requests"
    begin=$(now_ms)
    rmmod khttpd || not_ok "cycle $number: rmmod"
    took=$(($(now_ms) - begin))
    at_most "cycle $number: ms that rmmod took under traffic" $((cycle_drain + 3000 * slower)) $took
    wait "$holder" || status=$?
    equal "cycle $number: all clients were ended" 0 $status
    sed 's/^/# /' "$scratch/hold"
    equal "cycle $number: connections that TCP still has, but for TIME-WAIT" '' "$(cycle_connections)"
    refute "cycle $number: nobody listens" curl -s --max-time 5 "http://$address/"
    refute "cycle $number: the module is gone" test -e /sys/module/khttpd
}

part_cycles() {
    local number
    # The first one warms the kernel's own caches up, and is not part of the sums.
    cycle 1
    note_baseline
    for number in 2 3; do cycle $number; done
    no_growth "cycles" 2048
}
