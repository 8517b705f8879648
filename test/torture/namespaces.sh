# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: network namespaces that go while their connections live.

part_namespaces() {
    local server variant parameters both=0
    insmod "$scratch/drop-tcp-socket.ko" # knows each namespace
    for server in $(servers); do
        serve_as $server
        for variant in $(models_chosen); do
            mapfile -t parameters < <(model_parameters $variant)
            # A few lives: one of the two with each model.
            both=$((both + 1))
            if [ $((both % 2)) -eq 1 ] || [ $few -ge 12 ]; then namespace_of_clients; fi
            if [ $((both % 2)) -eq 0 ] || [ $few -ge 12 ]; then namespace_of_module; fi
        done
    done
    rmmod drop_tcp_socket
    equal "namespaces that are left" '' "$(until_equal '' ip netns list)"
}

# until_served CLIENTS: that many are there.
until_served() {
    for _ in $(seq $((patience / 20))); do
        [ "$(stat open)" -lt $1 ] || break
        sleep 0.02
    done
}

# namespace_make NAME: with a way to it, 10.9.0.1 here and 10.9.0.2 there.
namespace_make() {
    ip netns add $1
    ip link add ktcp-out type veth peer name ktcp-in netns $1
    ip address add 10.9.0.1/24 dev ktcp-out
    ip link set ktcp-out up
    ip -n $1 address add 10.9.0.2/24 dev ktcp-in
    ip -n $1 link set ktcp-in up
    ip -n $1 link set lo up
}

# namespace_gone WHAT: with a namespace its end of the way goes, and then ours.
namespace_gone() {
    equal "$1: the way to the namespace" '' "$(until_equal '' namespace_ways)"
}

namespace_ways() { (cd /sys/class/net && echo ktcp-*) | grep -v '\*' || true; }

# The clients vanish without a word: nothing that they would say comes through any more.
namespace_of_clients() {
    local what="$module $variant, clients' namespace destroyed" begin
    namespace_make ktcp-clients
    load $root "${parameters[@]}" drain_timeout=500
    address=10.9.0.1:$port
    traffic_start away all 3 ip netns exec ktcp-clients
    until_served 15
    ip -n ktcp-clients link set ktcp-in down
    kill -KILL ${traffic[away]}
    wait ${traffic[away]} 2>/dev/null || true
    unset 'traffic[away]'
    ip netns delete ktcp-clients
    serve_as $module
    [ "$(stat open)" -gt 0 ] || not_ok "$what: no connection was left"
    begin=$(now_ms)
    rmmod $module
    at_most "$what: ms that unloading took" $((500 + allowance)) $(($(now_ms) - begin))
    ip link delete ktcp-out 2>/dev/null || true
    namespace_gone "$what"
}

# It is kept by its listener and its connections, and goes with the module.
namespace_of_module() {
    local what="$module $variant, its own namespace destroyed" begin
    namespace_make ktcp-module
    ip netns exec ktcp-module insmod "$scratch/$module.ko" port=$port $root "${parameters[@]}" \
        drain_timeout=500
    traffic_start inside all 2 ip netns exec ktcp-module
    address=10.9.0.2:$port
    traffic_start outside all 2
    until_served 15
    ip netns delete ktcp-module
    traffic_stop inside "$what"
    [ "$(stat open)" -gt 0 ] || not_ok "$what: nobody is served any more"
    begin=$(now_ms)
    rmmod $module
    at_most "$what: ms that unloading took" $((500 + allowance)) $(($(now_ms) - begin))
    serve_as $module
    traffic_stop outside "$what"
    namespace_gone "$what"
}
