# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: clients that say nothing. An event-driven model does not notice them;
# one that blocks has a worker or a thread less for each.

part_silent() {
    local variant parameters
    for variant in $(models_chosen); do
        mapfile -t parameters < <(model_parameters $variant)
        load backlog=1024 "${parameters[@]}"
        "silent_${variant%/*}" $variant
        unload
    done
}

silent_inline() {
    check "$1: ${SILENT:-10000} silent clients" idle_clients "$address" "${SILENT:-10000}" --echo --time 600 --rounds 5 \
        --least 0.5 --name "kecho $1 on $(uname -r)"
}

silent_event() {
    silent_inline $1
}

# A thread for each, as long as there is memory for them.
silent_kthread() {
    check "$1: each silent client costs a thread" echo_starve "$address" --most $((${SILENT:-10000} < 2000 ? SILENT : 2000)) \
        --patience 5000 --threads 1 --name "kecho $1 on $(uname -r)"
}

# Bound queues have a limit for each CPU, and connections may be on any.
silent_cmwq() {
    local most=260
    if [ $1 = cmwq/1 ]; then most=$((256 * $(nproc) + 4)); fi
    check "$1: silent clients starve a new one" echo_starve "$address" --patience 5000 \
        --at-least 250 --at-most $most --name "kecho $1 on $(uname -r)"
    silent_unload $1
}

# Unloading must end those, too, that were never served.
silent_unload() {
    local holder
    echo_traffic "$address" --each 0 --silent 1200 --seconds 30 >"$scratch/traffic" &
    holder=$!
    for _ in $(seq 200); do
        [ "$(stat open)" -lt 1200 ] || break
        sleep 0.05
    done
    equal "$1: connections, most of which wait to be served" 1200 "$(stat open)"
    begin=$(now_ms)
    rmmod kecho || not_ok "$1: rmmod with 1,200 silent clients"
    at_most "$1: ms that rmmod took with 1,200 silent clients" $((4000 * slower)) $(($(now_ms) - begin))
    kill $holder
    wait $holder || true # no echo is what it had to expect
    mapfile -t parameters < <(model_parameters $1)
    load "${parameters[@]}"
}
