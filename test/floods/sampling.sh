# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: what an attack costs, looked at several times a second.

# One line: open connections of the module, KiB of its slab caches, KiB of TCP's own memory (both
# ends: all of it is in this guest), KiB of all slabs, half-open connections, KiB available.
sample() {
    awk -v module=$module '
        FNR == 1 { file++ }
        FILENAME ~ /stats$/ { if ($1 == "open") open = $2; next }
        FILENAME == "/proc/slabinfo" {
            # name active total size per-slab pages-per-slab : tunables ... : slabdata active total
            if (index($1, module "_") == 1) own += $15 * $6 * 4
            next
        }
        FILENAME == "/proc/net/sockstat" { if ($1 == "TCP:") tcp = $NF * 4; next }
        FILENAME == "/proc/meminfo" {
            if ($1 == "Slab:") slab = $2
            if ($1 == "MemAvailable:") available = $2
            next
        }
        $4 == "03" { half++ }
        END { print open + 0, own + 0, tcp + 0, slab + 0, half + 0, available }
    ' /sys/module/$module/parameters/stats /proc/slabinfo /proc/net/sockstat /proc/meminfo \
        /proc/net/tcp /proc/net/tcp6
}

sampling_start() {
    touch "$scratch/sampling"
    : >"$scratch/samples"
    while [ -e "$scratch/sampling" ]; do
        sample >>"$scratch/samples"
        sleep 0.3
    done &
    sampler=$!
}

sampling_stop() {
    rm "$scratch/sampling"
    wait $sampler || true
}

# most COLUMN; least COLUMN; middle COLUMN: the median of those that are not 0.
most() { awk -v at=$1 '$at + 0 > most { most = $at } END { print most + 0 }' "$scratch/samples"; }
least() { awk -v at=$1 'NR == 1 || $at + 0 < least { least = $at } END { print least + 0 }' "$scratch/samples"; }

middle() { awk -v at=$1 '$at > 0 { print $at }' "$scratch/samples" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] + 0 }'; }

# bounded WHAT PLACES: with so many connections the server took what it may take for so many.
#  - the module: a session and a connection (2 KiB is more than both), two buffers of 8 KiB for
#    who is in the middle of something; and a slab of each cache for each CPU and spare buffers
#  - TCP: what the buffers of a connection may hold, twice that for the memory around it (the
#    kernel's own reckoning: tcp_adv_win_scale, SO_SNDBUF), and as much at the other end,
#    which is in this guest, too, as far as attackers' buffers go (8 KiB), and some for the polite
#  - all slabs: both ends' sockets (2 x 4 KiB), the file of the attacker's (1 KiB), and what is
#    said above; packets that are on their way are in slabs as well
bounded() {
    local what=$1 places=$2
    local module_kib=$((places * (2 + 2 * 8) + 1024))
    local tcp_kib=$((places * ((tcp_send + tcp_receive) * 2 / 1024 + 16) + 4096))
    at_most "$what: connections" $places "$(most 1)"
    at_most "$what: KiB of the module's slab caches ($places x 18 + 1024)" $module_kib "$(most 2)"
    at_most "$what: KiB of TCP's memory (tcp_rmem and tcp_wmem, twice, of each)" $tcp_kib "$(most 3)"
    at_most "$what: KiB that are not available any more" \
        $((module_kib + tcp_kib + places * 20 + 16384)) $((available_before - $(least 6)))
    echo "# $what: $(wc -l <"$scratch/samples") samples; at most $(most 1) open, $(most 2) KiB own," \
        "$(most 3) KiB of TCP, $(most 4) KiB of slabs, $(most 5) half open;" \
        "$((available_before - $(least 6))) KiB less available"
}
