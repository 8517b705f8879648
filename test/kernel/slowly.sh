# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086
#
# Sourced in the VM: what goes on while a function of the module takes its time, as a disk would have it
# do: khttpd goes when it is told to, and what has been created meanwhile is there.
# Wants report.sh, module.sh, request.sh, $scratch, $port and $address; $SLOW_RETURN, a module.

# hold_up FUNCTION MICROSECONDS [EVERY]: each return from it, or each so many-th.
hold_up() {
    insmod "$SLOW_RETURN" function="$1" microseconds="$2" every="${3:-1}" && return
    not_ok "holding up $1: $(dmesg | tail -n 1)"
    return 1
}

# How often has it been held up? By the shell alone, sets $held.
count_held() {
    read -r held </sys/module/slow_return/parameters/slowed
}

# slowly_unload WHAT TARGET FUNCTION PARAMETER=VALUE...: others are served, and the module is unloaded, while
# FUNCTION, held up by 20 ms each time, is called for one answer, for half a minute in all.
slowly_unload() {
    local what=$1 target=$2 function=$3 held=0 begin client cpu
    shift 3
    load "WWWROOT=$scratch/slowly" drain_timeout=0 "$@"
    hold_up "$function" 20000 || { unload; return; }
    (request "$target") &
    client=$!
    for _ in $(seq 500); do
        count_held
        [ "$held" -lt 3 ] || break
        sleep 0.02
    done
    begin=$(now_ms)
    # On each CPU, as a work item has its turn on the CPU that its packet came to.
    for ((cpu = 0; cpu < $(nproc); cpu++)); do
        check "4 clients on CPU $cpu while $what" taskset -c $cpu htstress -n 4 -c 4 "http://$address/other"
    done
    at_most "ms that they took" 10000 $(($(now_ms) - begin))
    begin=$(now_ms)
    rmmod khttpd || not_ok "unloading while $what"
    at_most "ms that unloading took while $what" $((2000 * slower)) $(($(now_ms) - begin))
    at_least "times that this had been held up before" 3 "$held"
    rmmod slow_return
    wait $client || true
}

# Who has seen that a name is not there is held up, and it is created.
slowly_absent() {
    local www=$scratch/slowly i before held=0 client give_up status body wrong=()
    load "WWWROOT=$www"
    hold_up ktcp_absence_find 20000 || { unload; return; }
    for i in $(seq 20); do
        count_held
        before=$held
        (request "/late$i") &
        client=$! give_up=$((SECONDS + 10))
        while count_held && [ "$held" -eq "$before" ] && [ $SECONDS -lt $give_up ]; do :; done
        : >"$www/late$i"
        wait $client || true
        request "/late$i"
        [ "$status" = 200 ] || wrong+=("$i: $status")
    done
    equal "20 names created while who had missed them was held up: not there" '' "${wrong[*]}"
    at_least "times that who missed a name was held up" 20 "$held"
    rmmod slow_return
    unload
}

# Who has not found a file in the cache is held up before he reads it, and others do not find it either.
slowly_cold() {
    local www=$scratch/slowly i held=0
    for ((i = 0; i < 20; i++)); do echo "file $i" >"$www/cold$i"; done
    sleep 0.1
    load "WWWROOT=$www"
    hold_up ktcp_fill_create 20000 || { unload; return; }
    for ((i = 0; i < 20; i++)); do
        check "eight clients for cold$i, who does not find it is held up" \
            htstress -n 8 -c 8 -t 2 "http://$address/cold$i"
    done
    count_held
    at_least "times that who had not found a file was held up" 21 "$held"
    equal "20 files, each read once" 20 "$(stat cache_fills)"
    rmmod slow_return
    unload
}

part_slowly() {
    local www=$scratch/slowly i
    mkdir -p "$www/names"
    for ((i = 100; i < 1600; i++)); do : >"$www/names/$i"; done
    echo text >"$www/some.txt"
    truncate -s 256M "$www/some.txt.gz"
    : >"$www/other"
    sleep 0.1
    slowly_unload 'a listing is made' /names/ ktcp_entries_find
    slowly_unload 'a listing is sent' /names/ ktcp_entries_find cache_size=0
    slowly_unload 'a sibling is read' /some.txt ktcp_content_fill cache_size=1073741824 cache_file_size=268435456
    slowly_absent
    slowly_cold
    rm -rf "$www"
}
