# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: khttpd loaded and unloaded, and what it says of itself.
# Wants report.sh, $scratch and $port.

# load PARAMETER=VALUE...
load() {
    insmod "$scratch/khttpd.ko" port=$port "$@" || {
        dmesg | tail -5
        echo "khttpd does not load with: $*" >&2
        exit 2
    }
}

# Unloads, and says so only if it fails.
unload() {
    local begin took
    begin=$(now_ms)
    rmmod khttpd || { not_ok "rmmod khttpd"; return; }
    took=$(($(now_ms) - begin))
    [ "$took" -le 9000 ] || not_ok "rmmod khttpd took $took ms"
}

now_ms() {
    local up
    read -r up _ </proc/uptime
    echo $((10#${up/./} * 10))
}

# stat NAME: one of the module's counters.
stat() {
    sed -n "s/^$1 //p" /sys/module/khttpd/parameters/stats
}

# Threads of the kernel: children of kthreadd.
kernel_threads() {
    local status count=0
    for status in /proc/[0-9]*/stat; do
        # PID (NAME) STATE PPID; names of the kernel's threads have no ')'.
        if read -r line <"$status" 2>/dev/null; then
            line=${line##*) }
            case $line in ?\ 2\ *) count=$((count + 1)) ;; esac
        fi
    done
    echo "$count"
}

# Kilobytes that the kernel itself holds, once everything that can go has gone.
kernel_memory() {
    sync
    echo 3 >/proc/sys/vm/drop_caches
    awk '/^(Slab|KernelStack|PageTables|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' \
        /proc/meminfo
}

# Sockets of TCP that are in use, orphans and those in TIME-WAIT left out.
tcp_sockets() {
    awk '$1 == "TCP:" { print $3 }' /proc/net/sockstat
}
