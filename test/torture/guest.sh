#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2034,SC2154,SC2086
#
# Runs in the VM: guest.sh MODULE_DIRECTORY BUILD_DIRECTORY [PART...] (see run.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
modules=$1 build=$2
shift 2
scratch=/tmp/ktcp
tree=$scratch/WWW
lives=${LIVES:-9}
few=$(((lives + 2) / 3)) # of each part but the first
seed=${SEED:-1}
# ms of unloading beyond drain_timeout: what the slowest file, a busy machine and the grace
# periods of RCU take. A debug kernel takes several times as long for everything. What is waited
# for, and comes, may take longer.
allowance=6000 patience=10000
case $(uname -r) in *ktcp* | *debug*) allowance=20000 patience=30000 ;; esac

# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/kernel/module.sh
. "$here/../kernel/module.sh"
# shellcheck source=test/kernel/model_list.sh
. "$here/../kernel/model_list.sh"
# shellcheck source=test/torture/lives.sh
. "$here/lives.sh"
# shellcheck source=test/torture/memory.sh
. "$here/memory.sh"
# shellcheck source=test/torture/disturbances.sh
. "$here/disturbances.sh"
# shellcheck source=test/torture/signals.sh
. "$here/signals.sh"
# shellcheck source=test/torture/interrupted.sh
. "$here/interrupted.sh"
# shellcheck source=test/torture/namespaces.sh
. "$here/namespaces.sh"
# shellcheck source=test/torture/parts.sh
. "$here/parts.sh"
# shellcheck source=test/torture/remains.sh
. "$here/remains.sh"

# Programs from the shared root start slowly.
prepare() {
    local module
    mkdir -p "$scratch/bin"
    PATH=$scratch/bin:$PATH:/usr/sbin:/sbin
    cp -L "$(type -P insmod)" "$(type -P rmmod)" "$(type -P sleep)" "$(type -P ip)" \
        "$(type -P env)" "$(type -P chrt)" "$(type -P taskset)" \
        "$build"/test/torture/{torture_traffic,torture_lives} "$scratch/bin"
    # What is loaded a thousand times is better small: debug information is nine tenths of it.
    for module in khttpd kecho drop-tcp-socket; do
        strip --strip-debug -o "$scratch/$module.ko" "$modules/$module.ko"
    done
    "$build/test/conformance/make_tree" "$tree" >/dev/null
    # Sockets in TIME-WAIT stay for a minute, and would look like growth.
    echo 64 >/proc/sys/net/ipv4/tcp_max_tw_buckets
    # Small buffers: who does not read is stuck at once, and not after megabytes.
    echo '4096 65536 262144' >/proc/sys/net/ipv4/tcp_rmem
    echo '4096 16384 65536' >/proc/sys/net/ipv4/tcp_wmem
    # Of a cookie the segment's number is subtracted, and the rest is right if it is one of four sizes
    # (check_tcp_syn_cookie() and msstab in the kernel's net/ipv4/syncookies.c): so a segment that comes
    # up to three bytes late passes as the first, and what was before it, dropped before a full accept
    # queue, is lost. That is TCP's, and no server's.
    echo 0 >/proc/sys/net/ipv4/tcp_syncookies
    # To who has vanished, with a namespace, TCP says its last words for 100 s.
    echo 3 >/proc/sys/net/ipv4/tcp_orphan_retries
    # While nobody listens, a client could be given that port, and meet itself.
    echo 8081,12345 >/proc/sys/net/ipv4/ip_local_reserved_ports
}

# An emulated guest measures its clock's frequency when it boots, and on a machine with much
# else to do it may find a fraction of it: then seconds pass several times as fast as they do
# outside, where the hardware's clock is. What is allowed is meant in true seconds.
clock_begin() {
    clock_true=$(</sys/class/rtc/rtc0/since_epoch) clock_own=$(now_ms)
}

clock_judge() {
    local true own
    while true=$(($(</sys/class/rtc/rtc0/since_epoch) - clock_true)); [ $true -lt 4 ]; do
        sleep 0.1
    done
    own=$((($(now_ms) - clock_own) / 1000))
    [ $own -gt $((true * 5 / 4 + 1)) ] || return 0
    allowance=$((allowance * own / true)) patience=$((patience * own / true))
    echo "# this guest's clock is wrong: $own s in $true; unloading may take $allowance ms"
}

parts=(models together backlog signals interrupted accepting namespaces races failures processors)
[ $# -eq 0 ] || parts=("$@")
for part in "${parts[@]}"; do
    declare -F "part_$part" >/dev/null || { echo "unknown part '$part'" >&2; exit 2; }
done
prepare
default_threads=$(</proc/sys/kernel/threads-max)
clock_begin
warm_up
clock_judge
note_all
for part in "${parts[@]}"; do
    SECONDS=0
    run_part $part
    part_remains $part $SECONDS
done
compare_all
report_end
