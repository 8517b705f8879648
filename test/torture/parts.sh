# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2154,SC2086
#
# Sourced in the VM: a part that breaks off has failed, and those behind it run all the same.

# run_part NAME: in a shell of its own, which says at its end what it has counted.
run_part() {
    local status=0 passed=0 failed=1
    rm -f "$scratch/counted"
    set +e
    (
        set -eE
        report_passed=0 report_failed=0
        trap 'part_ends' EXIT
        trap 'echo "# ${BASH_SOURCE[0]##*/}, line $LINENO: $BASH_COMMAND: status $?" >&2' ERR
        part_$1
    )
    status=$?
    set -e
    if [ -e "$scratch/counted" ]; then read -r passed failed <"$scratch/counted"; fi
    report_passed=$((report_passed + passed)) report_failed=$((report_failed + failed))
    seed=$((seed + 1000))
    [ $status -eq 0 ] || part_broken $1 $status
}

part_ends() {
    local status=$? pid
    echo $report_passed $report_failed >"$scratch/counted"
    # Who is left of the clients and the loaders.
    for pid in $(jobs -p); do kill -KILL $pid 2>/dev/null || true; done
    exit $status
}

# part_broken NAME STATUS: what it may have left to the next is put right.
part_broken() {
    local name other
    not_ok "part $1 ran to its end: status $2"
    echo $default_threads >/proc/sys/kernel/threads-max
    [ ! -w $cpu1 ] || echo 1 >$cpu1
    for name in $(ip netns list | cut -d ' ' -f 1); do ip netns delete $name || true; done
    ip link delete ktcp-out 2>/dev/null || true
    rm -f "$scratch/stop"
    for other in kecho khttpd drop_tcp_socket; do
        [ ! -e /sys/module/$other ] || timeout 60 rmmod $other || not_ok "$other can be unloaded then"
    done
}
