# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2016,SC2034,SC2154,SC2086
#
# Sourced in the VM: the server is in the guest's own network namespace, its attackers are in
# `attack`, polite clients in `polite`, and between each of them and the server is a pair of
# veth. Nothing is forwarded.

attacked=10.8.0.1   # the server, as attackers see it
visited=10.7.0.1    # and as polite clients do
crowd_from=10.8.128.0 # attackers have this and the 32,767 that follow
nobody_from=10.66.0.0 # of this /16 nobody answers

# What the server's TCP may take for a connection, in bytes.
tcp_receive=65536
tcp_send=65536

networks_make() {
    local name
    modprobe veth 2>/dev/null || true # a part of the kernel itself in some
    for name in attack polite; do
        ip netns add $name
        ip link add to-$name type veth peer name eth0 netns $name
        ip -n $name link set lo up
        ip link set to-$name up
        ip -n $name link set eth0 up
    done
    ip address add $attacked/30 dev to-attack
    ip -n attack address add 10.8.0.2/30 dev eth0
    ip -n attack route add default via $attacked
    # Through one neighbour, as from a router: a table of neighbours is not what is attacked here.
    ip route add 10.8.0.0/16 via 10.8.0.2
    ip route add 10.66.0.0/16 via 10.8.0.2
    ip -n attack route add local 10.8.128.0/17 dev lo
    ip address add $visited/24 dev to-polite
    ip -n polite address add 10.7.0.2/24 dev eth0
    ip -n polite route add default via $visited

    # Sockets in TIME-WAIT stay for a minute, and would look like growth.
    echo 64 >/proc/sys/net/ipv4/tcp_max_tw_buckets
    echo "4096 32768 $tcp_receive" >/proc/sys/net/ipv4/tcp_rmem
    echo "4096 16384 $tcp_send" >/proc/sys/net/ipv4/tcp_wmem
    # A crowd that connects at once overruns the queue, and polite clients would wait a second.
    echo 20000 >/proc/sys/net/core/netdev_max_backlog
}

in_attack() { ip netns exec attack "$@"; }
in_polite() { ip netns exec polite "$@"; }

# In use, and those that nobody owns any more: the server's are of IPv6, for IPv4 as well.
server_sockets() {
    awk '$1 == "TCP6:" { used = $3 } $1 == "TCP:" { orphans = $5 } END { print used + orphans }' \
        /proc/net/sockstat /proc/net/sockstat6
}

# counter NAME [NAMESPACE]: one of nstat's, as TcpExtSyncookiesSent or TcpRetransSegs.
counter() {
    ${2:+ip netns exec $2} awk -v wanted="$1" '{
        if (!($1 in at)) { at[$1] = NR; names[$1] = $0; next }
        split(names[$1], name); prefix = substr($1, 1, length($1) - 1)
        for (i = 2; i <= NF; i++) if (prefix name[i] == wanted) print $i
    }' /proc/net/netstat /proc/net/snmp
}

# Of the server's, what there was when the attack began: note_counters NAME...
declare -A noted=()
note_counters() {
    local name
    for name in "$@"; do noted[$name]=$(counter $name); done
}

# counted WHAT NAME LEAST: so many more since note_counters.
counted() {
    at_least "$1: $2" $3 $(($(counter $2) - noted[$2]))
}
