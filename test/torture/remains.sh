# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: what is left when all lives are over.

# The kernel's own caches, workers and modules (codecs, veth) come once, and stay.
warm_up() {
    local server
    for server in kecho khttpd; do
        serve_as $server
        traffic_start warm all 4
        lives "warming up" $server --lives 3 --need 10 --fixed "port=$port $root" \
            --vary "drain_timeout=50"
        traffic_stop warm "warming up"
    done
    modprobe veth 2>/dev/null || true # a part of the kernel itself in some
    namespace_make ktcp-warm
    ip netns delete ktcp-warm
    namespace_gone "warming up"
    processor_blinks
}

# NAME COUNT of all modules: whoever was used too often, or let go once too often, differs.
module_references() { awk '{ print $1, $3 }' /proc/modules | sort; }

# Names that only the modules give to what they make.
own_caches() { awk '/^(kecho|khttpd|ktcp)/ { print $1 }' /proc/slabinfo; }
own_threads() { grep -lE '\((kecho|khttpd)' /proc/[0-9]*/stat 2>/dev/null | wc -l; }
own_text() { grep -cE '(kecho|khttpd|drop_tcp_sock)' /proc/vmallocinfo || true; }

note_all() {
    note_held
    all_threads=$held_threads all_kib=$held_kib all_slabs=$held_slabs all_sockets=$held_sockets
    all_modules=$(module_references)
}

# part_remains PART SECONDS: a remark, for who looks for the part that leaves something behind.
part_remains() {
    measure_held
    echo "# part $1 took $2 s; since the beginning $((held_now - all_kib)) KiB," \
        "$(($(kernel_threads) - all_threads)) threads, $(($(tcp_sockets) - all_sockets)) sockets more"
}

compare_all() {
    held_threads=$all_threads held_kib=$all_kib held_slabs=$all_slabs held_sockets=$all_sockets
    # Workers that blocked come and go by themselves, some minutes late: cmwq's by the hundred.
    no_more_held "in the end" 1024 300
    equal "in the end: modules, and how often each is used" "$all_modules" "$(module_references)"
    equal "in the end: slab caches of the modules" '' "$(own_caches)"
    equal "in the end: kernel threads of the modules" 0 "$(own_threads)"
    equal "in the end: vmalloc areas of the modules" 0 "$(own_text)"
    equal "in the end: connections to the modules' ports" '' "$(until_equal '' port_users)"
    echo "figure: all of it on $(uname -r): $more_kib KiB more in the end," \
        "$(($(kernel_threads) - all_threads)) threads, $(($(tcp_sockets) - all_sockets)) sockets"
}

# Sockets but those in TIME-WAIT, of which the kernel keeps some for a minute.
port_users() {
    awk '($2 ~ /:(1F91|3039)$/ || $3 ~ /:(1F91|3039)$/) && $4 != "06" { print $2, $3, $4 }' \
        /proc/net/tcp /proc/net/tcp6
}
