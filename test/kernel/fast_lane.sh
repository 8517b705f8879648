# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: what is in memory is served in softirq (model=inline), the rest in a
# task, and nobody can tell by the order of responses or by having to wait.
# Wants report.sh, module.sh, $here, $scratch and $port.

# lane WHAT FAST_LANE_ARGUMENTS...: one of its checks.
lane() {
    local what=$1 command=$2
    shift 2
    check "fast lane: $what" python3 "$here/fast_lane.py" "$command" "$scratch/lanes" "$port" "$@"
}

fast_lane_counts() {
    local inline left requests=2000
    curl -s "http://$address/kept12.bin" "http://$address/kept1000.bin" >/dev/null
    inline=$(stat inline) left=$(stat inline_left)
    check "fast lane: $requests requests for what is kept" \
        htstress -n $requests -c 20 -t 1 -k "http://$address/kept12.bin"
    at_most "fast lane: of these not in softirq" $((requests / 100)) \
        $((requests - ($(stat inline) - inline)))
    at_most "fast lane: begun there, and left to a task" $((requests / 100)) \
        $(($(stat inline_left) - left))
    # Nor does a new connection wait for a task, but for being accepted and closed.
    inline=$(stat inline)
    check "fast lane: as many connections" \
        htstress -n $requests -c 20 -t 1 "http://$address/kept1000.bin"
    inline=$(($(stat inline) - inline))
    echo "# of $requests requests on new connections $inline were served in softirq"
}

fast_lane_unloading() {
    local holder status=0 begin took
    load "WWWROOT=$scratch/lanes" drain_timeout=1000
    python3 "$here/fast_lane.py" hold "$scratch/lanes" $port >"$scratch/flood" &
    holder=$!
    for _ in $(seq 600); do
        grep -q '^holding' "$scratch/flood" && break
        sleep 0.05
    done
    begin=$(now_ms)
    rmmod khttpd || not_ok "fast lane: rmmod under a flood"
    took=$(($(now_ms) - begin))
    at_most "fast lane: ms that rmmod took under a flood" $((6000 * slower)) $took
    wait $holder || status=$?
    equal "fast lane: the flood was ended" 0 $status
}

part_fast_lane() {
    local model
    have python3 || return 0
    python3 "$here/fast_lane.py" make "$scratch/lanes"
    sleep 0.1
    # Each cold document is cold again, as each life of the module has a cache of its own.
    for model in inline event kthread; do
        load "WWWROOT=$scratch/lanes" model=$model cache_file_size=2000000
        lane "$model: each response is the right one" order
        unload
    done
    load "WWWROOT=$scratch/lanes" cache_file_size=2000000
    lane "others do not wait long" flood
    fast_lane_counts
    lane "truncated while it is sent" truncated
    unload
    fast_lane_unloading
    rm -rf "$scratch/lanes"
}
