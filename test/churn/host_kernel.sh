# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2034
#
# Sourced in the VM: khttpd as the host under test (parts.sh says what a host has). Wants
# $here, $build and $module_file.
module=khttpd port=8081 address=127.0.0.1:8081
host_name="khttpd on $(uname -r)"
scratch=/tmp/ktcp
bin=$scratch/bin
compare=$bin/tree_compare
mkdir -p "$bin"
chmod 755 "$scratch"
cp "$module_file" "$scratch/$module.ko"
cp -L "$build"/test/churn/{churn_check,crowd_check,flood_check} "$build/test/integration/tree_compare" \
    "$(type -P insmod)" "$bin"
cp -L "$(type -P insmod)" "$bin/rmmod"
cp -L "$(type -P sleep)" "$bin/sleep"
PATH=$bin:$PATH
# shellcheck source=test/kernel/module.sh
. "$here/../kernel/module.sh"

host_start() {
    local www=$1
    shift
    [ -z "${MODEL:-}" ] || set -- "$@" "model=$MODEL"
    if [ -n "${as_nobody:-}" ]; then
        setpriv --reuid 65534 --clear-groups --inh-caps +sys_module --ambient-caps +sys_module \
            insmod "$scratch/$module.ko" "port=$port" "WWWROOT=$www" "$@"
    else
        load "WWWROOT=$www" "$@"
    fi
}

host_stop() { unload; }
host_stat() {
    local value
    value=$(stat "$1")
    echo "${value:-0}"
}

# Until $scratch/sampling is gone, into $scratch/samples. By the shell alone: a program takes
# time to start here.
host_sample() {
    local line
    exec 9<>"$scratch/never" # read -t waits for what does not come
    : >"$scratch/samples"
    while [ -e "$scratch/sampling" ]; do
        while read -r line; do
            case $line in cache_*) echo "$line" ;; esac
        done <"/sys/module/$module/parameters/stats" >>"$scratch/samples"
        read -r -t 0.05 <&9 || true
    done
}

host_most() {
    awk -v name="$1" '$1 == name && $2 > most { most = $2 } END { print most + 0 }' "$scratch/samples"
}

host_samples() {
    grep -c '^cache_bytes ' "$scratch/samples"
}

# How often a file of a tmpfs was read from; once for each thousand bytes or more. (What the
# kernel's own threads read is in no task's statistics.)
reads_most=20
host_reads() {
    local events=/sys/kernel/tracing
    if [ ! -e "$events/events/kprobes/churn_read" ]; then
        [ -e "$events/kprobe_events" ] || mount -t tracefs none "$events"
        echo 'p:churn_read shmem_file_read_iter' >"$events/kprobe_events" || return 1
        echo 1 >"$events/events/kprobes/churn_read/enable"
    fi
    awk '$1 == "churn_read" { print $2 }' "$events/kprobe_profile"
}

# KiB that the kernel has, and that are no known cache, slab or program. Free pages that a CPU
# has put by for itself are free, too, though MemFree does not count them.
host_memory() {
    release_quarantine
    awk '/^MemTotal:/ { sum += $2 }
        /^(MemFree|Buffers|Cached|AnonPages|KernelStack|PageTables|SReclaimable):/ { sum -= $2 }
        $1 == "count:" { sum -= $2 * 4 }
        END { print sum }' /proc/meminfo /proc/zoneinfo
}

single=()
flood_names=10000
churn_options=(--pause 6000 --least 100)
mkfifo "$scratch/never"

# What is kept goes when the kernel wants memory, and comes back.
host_pressure() {
    local kept left memory
    kept=$(host_stat cache_bytes) memory=$(host_memory)
    echo 2 >/proc/sys/vm/drop_caches
    sleep 1 # what RCU readers might have seen is freed a moment later
    left=$(host_stat cache_bytes)
    at_most "after drop_caches: bytes kept, of $kept" $((kept / 4)) "$left"
    at_least 'after drop_caches: KiB given back' $(((kept - left) / 1024 * 3 / 4)) $((memory - $(host_memory)))
    memory_walk 'walked after that' --sample 2
    kept=$(host_stat cache_bytes)
    at_least 'as much is kept again' $((memory_budget / 2)) "$kept"
    python3 "$here/hog.py" 2 >"$scratch/hog" &
    local hog=$! least=$kept now
    while kill -0 "$hog" 2>/dev/null; do
        now=$(host_stat cache_bytes)
        [ "$now" -ge "$least" ] || least=$now
        read -r -t 0.05 <&8 || true
    done
    wait "$hog" || not_ok "the hog ended with status $?"
    echo "# $(cat "$scratch/hog")"
    at_most "while memory runs short: bytes kept, of $kept" $((kept / 2)) "$least"
    memory_walk 'walked after that' --sample 2
    at_least 'as much is kept again' $((memory_budget / 2)) "$(host_stat cache_bytes)"
}
exec 8<>"$scratch/never"
