# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: signals to the kernel's threads.

# To all children of kthreadd, until told to stop: they heed none.
signal_kernel_threads() {
    local file line pid signal
    while [ ! -e "$scratch/stop" ]; do
        for signal in TERM KILL HUP STOP INT USR1; do
            for file in /proc/[0-9]*/stat; do
                { read -r line <"$file"; } 2>/dev/null || continue
                case ${line##*) } in
                ?\ 2\ *)
                    kill -s $signal ${line%% *} 2>/dev/null || true
                    signalled=$((signalled + 1))
                    ;;
                esac
            done
            [ ! -e "$scratch/stop" ] || break
        done
    done
    echo "$signalled signals to kernel threads"
}

part_signals() {
    local server variant parameters signalled=0 sender
    signal_kernel_threads >"$scratch/signalled" &
    sender=$!
    for server in $(servers); do
        serve_as $server
        traffic_start signals all 4
        for variant in $(models_chosen); do
            mapfile -t parameters < <(model_parameters $variant)
            lives "$server $variant, signals" $server --lives $few --need 15 --linger 200 \
                --fixed "port=$port $root ${parameters[*]}" --vary "drain_timeout=0,100,300"
            at_most "$server $variant, signals to threads: ms beyond drain_timeout" $allowance \
                $beyond
            at_most "$server $variant, signals to threads: of $few lives not under load" \
                $((few / 3)) $((few - $(lived_number 's/.* ([0-9]+) under load.*/\1/')))
        done
        traffic_stop signals "$server, signals"
    done
    : >"$scratch/stop"
    wait $sender
    rm "$scratch/stop"
    sed 's/^/# /' "$scratch/signalled"
    refute "signals were sent" grep -q '^0 ' "$scratch/signalled"
}
