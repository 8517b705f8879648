# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: packets that are too many, too small, lost, late or double.

part_syn() {
    local server
    # So that those half open go after 3 s, and not after a minute, when the next server has the port.
    sysctl_set tcp_synack_retries 1
    for server in $(servers); do
        serve_as $server
        settings=("backlog=$syn_backlog")
        attackers=("syn_flood $attacked:$port $nobody_from --rate 4000 --count 1000000 --seconds 300")
        story=(TcpExtSyncookiesSent TcpExtSyncookiesRecv TcpExtTCPReqQFullDoCookies)
        sysctl_set tcp_syncookies 1
        assault "SYNs of nobody, cookies" $polite_places syn_cookies
        await "$server: nobody is half open any more" none_half_open
    done
    attacks_on khttpd || return 0
    settings=()
    limit backlog=$syn_backlog backlog=4096
    sysctl_set tcp_max_syn_backlog 4096 # it is the server's that counts
    attackers=("syn_flood $attacked:$port $nobody_from --rate 4000 --count 1000000 --seconds 300")
    story=(TcpExtTCPReqQFullDrop TcpExtListenDrops)
    sysctl_set tcp_syncookies 0
    later=1
    assault "SYNs of nobody, no cookies" $polite_places syn_drops
    sysctl_set tcp_syncookies 1
}
syn_backlog=64

sysctl_set() { echo $2 >/proc/sys/net/ipv4/$1; }

syn_cookies() {
    await "$1: the queue is full" counter_grows TcpExtSyncookiesSent 1000
    polite_$module "$1"
    half_open "$1"
    counted "$1" TcpExtSyncookiesSent 1000
    counted "$1" TcpExtTCPReqQFullDoCookies 1000
    counted "$1" TcpExtSyncookiesRecv 2
}

none_half_open() { ! awk '$4 == "03"' /proc/net/tcp /proc/net/tcp6 | grep -q .; }

# A sample is no moment: while the kernel lists them, some may go, and others come elsewhere.
half_open() {
    at_most "$1: half-open connections (backlog), median" $((syn_backlog + 1)) "$(middle 5)"
    at_most "$1: and at most" $((2 * (syn_backlog + 1))) "$(most 5)"
}

# Whoever was there before goes on; others come when it is over.
syn_drops() {
    kept_start "$1"
    attackers_start
    await "$1: SYNs are dropped" counter_grows TcpExtTCPReqQFullDrop 1000
    kept_end "$1"
    half_open "$1"
    counted "$1" TcpExtTCPReqQFullDrop 1000
    counted "$1" TcpExtListenDrops 1000
    attackers_there "$1"
    attackers_stop "$1"
    polite_khttpd "$1, when it is over"
    attackers_start
    sleep 0.5
}

part_segments() {
    ip -n polite route replace 10.7.0.0/24 dev eth0 src 10.7.0.2 advmss 88 mtu lock 128
    ip -n attack route replace default via $attacked advmss 88 mtu lock 128
    ip -n attack route replace 10.8.0.0/30 dev eth0 src 10.8.0.2 advmss 88 mtu lock 128
    local server kind
    for server in $(servers); do
        serve_as $server
        kind=window settings=(backlog=1024) story=(TcpInSegs TcpOutSegs)
        [ $server = khttpd ] || kind=unread
        crowd $kind --clients 100 $at_many 50
        assault "segments of 88 bytes" $((200 + polite_places)) segments_$server
    done
    ip -n polite route replace 10.7.0.0/24 dev eth0 src 10.7.0.2
    ip -n attack route replace default via $attacked
    ip -n attack route replace 10.8.0.0/30 dev eth0 src 10.8.0.2
}

segments_khttpd() {
    await "$1: they hold on" stat_reaches open 80
    polite_sample=40 polite_new=5 polite_khttpd "$1"
    check "$1: a megabyte" in_polite tree_compare "$tree" "$visited:$port" --only 1m.bin --patience $patience
    counted "$1" TcpOutSegs $((1048576 / 88))
}

segments_kecho() {
    await "$1: they hold on" stat_reaches open 80
    polite_kecho "$1"
    counted "$1" TcpInSegs $((131072 / 88))
    counted "$1" TcpOutSegs $((131072 / 88))
}

# Both ways, a packet at a time: a large one would be lost as a whole.
network_worsens() {
    modprobe sch_netem 2>/dev/null || true
    local bad="netem delay 8ms 3ms loss 5% duplicate 5% reorder 25% 50%"
    ip link set to-polite gso_max_segs 1
    ip -n polite link set eth0 gso_max_segs 1
    tc qdisc add dev to-polite root $bad
    tc -n polite qdisc add dev eth0 root $bad
}
network_recovers() {
    tc qdisc del dev to-polite root
    tc -n polite qdisc del dev eth0 root
    ip link set to-polite gso_max_segs 65535
    ip -n polite link set eth0 gso_max_segs 65535
}

part_network() {
    local server
    for server in $(servers); do
        serve_as $server
        settings=()
        story=(TcpRetransSegs TcpExtTCPOFOQueue TcpExtTCPDSACKRecv TcpExtTCPDSACKOldSent)
        network_worsens
        assault "a bad network" $polite_places network_$server
        network_recovers
    done
}

network_khttpd() {
    polite_sample=20 polite_new=10 polite_khttpd "$1"
    check "$1: a megabyte" in_polite tree_compare "$tree" "$visited:$port" --only 1m.bin --patience $patience
    counted "$1" TcpRetransSegs 10
    counted "$1" TcpExtTCPDSACKRecv 1
}

# What clients send comes in disorder, too.
network_kecho() {
    polite_kecho "$1"
    counted "$1" TcpRetransSegs 5
    counted "$1" TcpExtTCPOFOQueue 5
    counted "$1" TcpExtTCPDSACKOldSent 1
}
