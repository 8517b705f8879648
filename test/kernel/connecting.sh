# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086
#
# Sourced in the VM: the module comes and goes while clients do nothing but connect, as fast as
# they can, so that handshakes end at each moment of its last milliseconds.
# Wants report.sh, module.sh, $address and $port.

connecting_seconds=${CONNECTING_SECONDS:-40}

part_connecting() {
    local flood lives=0 served=0 before
    htstress -t 2 -c 40 -n 0 -D 900 "http://$address/" >/dev/null 2>&1 &
    flood=$!
    while [ $SECONDS -lt $connecting_seconds ]; do
        load drain_timeout=50 backlog=1024
        for _ in $(seq 100); do
            before=$(stat accepted)
            [ "$before" -lt 20 ] || break
            sleep 0.02
        done
        lives=$((lives + 1))
        [ "$before" -lt 20 ] || served=$((served + 1))
        unload
    done
    kill $flood
    wait $flood || true
    echo "figure: loaded and unloaded $lives times in $connecting_seconds s while clients connect"
    equal "connecting: lives of $lives in which clients came in" $lives $served
    refute "connecting: nobody listens" curl -s --max-time 5 "http://$address/"
}
