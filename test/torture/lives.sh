# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: lives of the modules under traffic.

# Parameters that differ from life to life; an empty value leaves one to its default.
vary_server='backlog=1,8,128,1024;max_connections=,,,30;max_per_address=,,1000,20;drain_timeout=0,30,120,400'
vary_kecho="$vary_server"
vary_khttpd="$vary_server;send_timeout=,,100;idle_timeout=,,50;head_timeout=,,50;linger_timeout=,20"
vary_khttpd+=';cache_size=,,0,100000;cache_entries=,,1;sort_memory=,0;symlinks=,in_root,none'
vary_khttpd+=';list_hidden=0,1;compress_min=,1;max_requests=,,3;cache_control=,no-cache'

# What clients are in the middle of; "all" at once, too.
manners_of() {
    case $1 in
    kecho) echo idle slow mid-body mid-send half-closed reset crowd busy all ;;
    *) echo idle slow mid-head mid-body mid-send half-closed reset crowd busy all ;;
    esac
}

# serve_as kecho|khttpd: who is meant from here on, by module.sh as well.
serve_as() {
    module=$1
    case $1 in
    kecho) port=12345 protocol=echo root='' patient='' ;;
    khttpd) port=8081 protocol=http root=WWWROOT=$tree patient=send_timeout=600000 ;;
    esac
    address=127.0.0.1:$port
}

servers() { echo ${SERVERS:-kecho khttpd}; }

declare -A traffic=()

# traffic_start NAME MANNERS CLIENTS [COMMAND...]: clients of $module; COMMAND runs them.
traffic_start() {
    local name=$1 manners=$2 clients=$3
    shift 3
    [ "$manners" != all ] || manners=$(manners_of $module | sed 's/ all$//; s/ /,/g')
    "$@" torture_traffic $protocol "$address" --manners "$manners" --clients $clients \
        >"$scratch/traffic.$name" 2>&1 &
    traffic[$name]=$!
}

# traffic_stop NAME WHAT: the clients' own verdict is one of this test's.
traffic_stop() {
    local status=0
    kill -TERM ${traffic[$1]} 2>/dev/null || true
    wait ${traffic[$1]} || status=$?
    if [ $status -eq 0 ]; then
        [ -z "${LOUD:-}" ] || sed 's/^/# /' "$scratch/traffic.$1"
    else
        not_ok "$2: the clients' verdict: $(tail -n 3 "$scratch/traffic.$1")"
    fi
    unset "traffic[$1]"
}

# lives_begin NAME MODULE OPTION...: torture_lives with what all have in common, in the
# background; it is $!, and tells in $scratch/lives.NAME.
lives_begin() {
    local name=$1 file=$2
    shift 2
    seed=$((seed + 1))
    torture_lives "$scratch/$file.ko" --seed $seed --allowance $allowance --patience $patience \
        "$@" >"$scratch/lives.$name" 2>&1 &
}

# lives WHAT MODULE OPTION...: the same, waited for. Its last line is $lived, and the
# milliseconds that unloading took beyond drain_timeout at most are $beyond.
lives() {
    local what=$1
    shift
    lives_begin some "$@"
    lives_judge "$what" $! some
}

# lives_judge WHAT PID NAME
lives_judge() {
    local status=0
    wait $2 || status=$?
    lived=$(tail -n 1 "$scratch/lives.$3")
    beyond=$(lived_number 's/.*beyond drain_timeout (-?[0-9]+) ms.*/\1/')
    [ $status -eq 0 ] || not_ok "$1: $(tail -n 6 "$scratch/lives.$3")"
}

# lived_number SCRIPT: of $lived, a number that the sed script finds; 0 if there is none.
lived_number() {
    local number
    number=$(sed -nE "${1}p" <<<"$lived")
    echo "${number:-0}"
}

part_models() {
    local server variant
    for server in $(servers); do
        serve_as $server
        for variant in $(models_chosen); do lives_of $variant; done
    done
}

# lives_of MODEL[/BENCH]: $lives of them, spread over all manners.
lives_of() {
    local variant=$1 manner each began=$SECONDS worst=0 laden=0 clients workers=8
    local parameters all done=0
    mapfile -t parameters < <(model_parameters $variant)
    case $variant in cmwq/*) workers=100 ;; esac
    all=$(manners_of $module | wc -w)
    # Threads' stacks, workers and slabs that the kernel keeps for the next.
    traffic_start $module all 6
    lives "$module $variant, warming up" $module --lives 4 --need 20 \
        --fixed "port=$port $root ${parameters[*]}" --vary "$(vary_of $module)"
    traffic_stop $module "$module $variant, warming up"
    note_held
    for manner in $(manners_of $module); do
        # As evenly as it goes.
        each=$((lives * (done + 1) / all - lives * done / all))
        done=$((done + 1))
        [ $each -gt 0 ] || continue
        case $manner in crowd) clients=80 ;; all) clients=6 ;; *) clients=24 ;; esac
        traffic_start $module $manner $clients
        lives "$module $variant, $manner" $module --lives $each --need 20 \
            --fixed "port=$port $root ${parameters[*]}" --vary "$(vary_of $module)"
        laden=$((laden + $(lived_number 's/.* ([0-9]+) under load.*/\1/')))
        [ $beyond -le $worst ] || worst=$beyond
        traffic_stop $module "$module $variant, $manner"
        echo "# $variant, $manner: $lived"
    done
    at_most "$module $variant: ms that unloading took beyond drain_timeout" $allowance $worst
    at_most "$module $variant: of $lives lives, those that were not under load" $((lives / 6)) \
        $((lives - laden))
    no_more_held "$module $variant" 512 $workers
    echo "figure: $module $variant on $(uname -r): $lives lives under load in" \
        "$((SECONDS - began)) s, unloading at most $worst ms beyond drain_timeout," \
        "$more_kib KiB more in the end"
}

vary_of() {
    local name=vary_$1
    echo "${!name}"
}
