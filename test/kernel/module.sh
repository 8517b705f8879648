# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: a module loaded and unloaded, and what it says of itself.
# Wants report.sh, $scratch, $module and $port.

# How many times as long what must follow drain_timeout may take: a kernel that looks for
# faults frees a connection, and whatever it had, that much more slowly.
slower=1
# Workers of the kernel's pools that may have come meanwhile, and KiB that one thread takes.
more_workers=4 thread_kib=48
# Its stacks are twice as large, and have a shadow.
! on_debug_kernel || slower=6 more_workers=12 thread_kib=96

# load PARAMETER=VALUE...
load() {
    insmod "$scratch/$module.ko" port=$port "$@" || {
        dmesg | tail -5
        echo "$module does not load with: $*" >&2
        exit 2
    }
}

# Unloads, and says so only if it fails.
unload() {
    local begin took
    begin=$(now_ms)
    rmmod $module || { not_ok "rmmod $module"; return; }
    took=$(($(now_ms) - begin))
    [ "$took" -le $((6000 + 3000 * slower)) ] || not_ok "rmmod $module took $took ms"
}

now_ms() {
    local up
    read -r up _ </proc/uptime
    echo $((10#${up/./} * 10))
}

# stat NAME: one of the module's counters. By the shell alone: a program takes time to start.
stat() {
    local name value
    while read -r name value; do
        [ "$name" != "$1" ] || echo "$value"
    done </sys/module/$module/parameters/stats
}

# until_equal EXPECTED COMMAND...: waits for at most 5 s; prints what it got last.
until_equal() {
    local expected=$1 got
    shift
    for _ in $(seq 50); do
        got=$("$@")
        [ "$got" != "$expected" ] || break
        sleep 0.1
    done
    printf %s "$got"
}

# Threads of the kernel: children of kthreadd.
kernel_threads() {
    local status count=0
    for status in /proc/[0-9]*/stat; do
        # PID (NAME) STATE PPID; names of the kernel's threads have no ')'.
        if read -r line 2>/dev/null <"$status"; then
            line=${line##*) }
            case $line in ?\ 2\ *) count=$((count + 1)) ;; esac
        fi
    done
    echo "$count"
}

# KASAN keeps what was freed, to see who uses it, until the cache that it is of is shrunk.
release_quarantine() {
    local shrink
    on_debug_kernel || return 0
    for shrink in /sys/kernel/slab/*/shrink; do echo 1 >"$shrink"; done
}

# Kilobytes that the kernel itself holds, once everything that can go has gone.
kernel_memory() {
    sync
    echo 3 >/proc/sys/vm/drop_caches
    release_quarantine
    awk '/^(Slab|KernelStack|PageTables|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' \
        /proc/meminfo
}

# Sockets of TCP that are in use, orphans and those in TIME-WAIT left out.
tcp_sockets() {
    awk '$1 == "TCP:" { print $3 }' /proc/net/sockstat
}

# What there is now; no_growth compares with it.
note_baseline() {
    sleep 1
    base_threads=$(kernel_threads) base_memory=$(kernel_memory) base_sockets=$(tcp_sockets)
}

# no_growth WHAT KIB [WORKERS]: since note_baseline. Sets $grown_memory. Workers of the
# kernel's pools come and go by themselves, a few minutes late; one that leaked would come
# with each life of the module. WORKERS: how many more a model that blocks them may have had
# this time, as the clients were on other CPUs; each has a stack and its share of the rest.
no_growth() {
    local threads
    sleep 1
    threads=$(($(kernel_threads) - base_threads))
    at_most "$1: kernel threads more than before" $((more_workers + ${3:-0})) $threads
    at_most "$1: TCP sockets more than before" 0 $(($(tcp_sockets) - base_sockets))
    grown_memory=$(($(kernel_memory) - base_memory))
    at_most "$1: KiB of kernel memory more than before" \
        $(($2 + thread_kib * (threads > 0 ? threads : 0))) $grown_memory
}
