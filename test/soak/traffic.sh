# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced: what a server that is soaked has to do, in the VM and outside. Wants $scratch, $tree
# (made by make_tree), and torture_traffic, htstress and soak_probe in PATH.

traffic=() # processes; each says what it has to say in $scratch/traffic.NAME

# Paths that change, listings, large and small ones, and names that are not there.
urls_write() {
    local n
    {
        for ((n = 0; n < 60; n++)); do echo "/churn/file-$n.txt"; done
        printf '%s\n' '20 /churn/' '10 /churn/?C=M;O=D' '3 /many/' '5 /1m.bin' '10 /64k.bin' \
            '20 /4k.bin' '5 /nowhere'
    } >"$scratch/urls"
}

# again NAME COMMAND...: whenever it ends, as the time it is given is short; how it ends is its
# own business: what is asked for comes and goes.
again() {
    local name=$1
    shift
    while [ -e "$scratch/soaking" ]; do
        "$@" >"$scratch/traffic.$name" 2>&1 || true
        sleep 0.2
    done &
    traffic+=($!)
}

# lasting NAME COMMAND...: the clients judge the answers, and must be content in the end.
lasting() {
    local name=$1
    shift
    "$@" >"$scratch/traffic.$name" 2>&1 &
    traffic+=($!)
    judges[$!]=$name
}
declare -A judges=()

traffic_http() {
    urls_write
    python3 "$here/churner.py" "$tree/churn" &
    churner=$!
    until [ -e "$tree/churn/file-59.txt" ]; do sleep 0.1; done
    again kept htstress -k -c 3 -R 150 -D 20s --urls "$scratch/urls" "http://$1/"
    again coded htstress -k -c 2 -R 60 -D 20s --accept-encoding "gzip, zstd" --urls "$scratch/urls" \
        "http://$1/"
    again new htstress -c 2 -R 40 -D 20s "http://$1/hello.txt"
    # Whole crowds of rude ones would be most of what there is.
    lasting http torture_traffic http "$1" --clients 1 --seconds 1000000
}

traffic_echo() {
    lasting echo torture_traffic echo "$1" --clients 1 --seconds 1000000
}

# traffic_end: those that judge must have nothing to complain of.
traffic_end() {
    local pid status
    rm "$scratch/soaking"
    for pid in "${!judges[@]}"; do kill -TERM $pid; done
    for pid in "${traffic[@]}"; do
        status=0
        wait $pid || status=$?
        [ -z "${judges[$pid]:-}" ] || equal "the ${judges[$pid]} clients' own verdict: $(tail -n 1 \
            "$scratch/traffic.${judges[$pid]}")" 0 $status
    done
    [ -z "${churner:-}" ] || { kill $churner; wait $churner || true; } 2>/dev/null
    traffic=()
}
