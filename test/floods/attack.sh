# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: a server, its attackers and others, from loading to unloading.

drain=1000      # ms: the module's drain_timeout
allowance=9     # s that unloading may take beyond, on a machine that has others to serve
usual_patience=60 # s for what comes some time
patience=$usual_patience

# serve_as kecho|khttpd: who is meant from here on, by module.sh as well.
serve_as() {
    module=$1
    case $1 in
    kecho) port=12345 root='' ;;
    khttpd) port=8081 root=WWWROOT=$tree ;;
    esac
}

servers() { echo ${SERVERS:-khttpd kecho}; }

# attacks_on SERVER: it is meant from here on, unless it is left out.
attacks_on() {
    case " $(servers) " in *" $1 "*) serve_as $1 ;; *) return 1 ;; esac
}

# limit NAME=VALUE NAME=VALUE: the second with LIMITS=off, when the attack should succeed.
limit() { if [ "$LIMITS" = on ]; then settings+=("$1"); else settings+=("$2"); fi; }

# The hardware's clock, in seconds: an emulated guest's own may be several times as fast.
true_seconds() { cat /sys/class/rtc/rtc0/since_epoch; }

# await WHAT COMMAND...: until it succeeds, or the patience ends.
await() {
    local what=$1 until=$(($(true_seconds) + patience))
    shift
    while ! "$@"; do
        if [ "$(true_seconds)" -ge $until ]; then
            not_ok "$what: not within $patience s"
            return 0
        fi
        sleep 0.1
    done
}

# Conditions for await.
stat_reaches() { [ "$(stat $1)" -ge $2 ]; }
stat_is() { [ "$(stat $1)" = $2 ]; }
counter_grows() { [ $(($(counter $1) - noted[$1])) -ge $2 ]; }

# attackers+=("COMMAND..."): who will attack. Each tells in $scratch/attacker.N.
attackers=() attacking=()
attackers_start() {
    local n
    attacking=()
    for n in "${!attackers[@]}"; do
        ip netns exec attack ${attackers[n]} >"$scratch/attacker.$n" 2>&1 &
        attacking+=($!)
    done
}

attackers_there() {
    local pid
    for pid in "${attacking[@]}"; do
        kill -0 $pid 2>/dev/null || { not_ok "$1: the attack was over too early"; tail -n 3 "$scratch"/attacker.*; }
    done
}

# They end by their word, and none of them by a fault of its own.
attackers_stop() {
    local pid
    for pid in "${attacking[@]}"; do kill -TERM $pid 2>/dev/null || true; done
    for pid in "${attacking[@]}"; do
        wait $pid || not_ok "$1: an attacker ended with status $?: $(tail -n 3 "$scratch"/attacker.*)"
    done
    attacking=()
}

# told N NAME: by attacker N at its end.
told() { awk -v name=$2 '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }' "$scratch/attacker.$1"; }

# polite_WHO WHAT: others, who compare each byte, over kept connections and new ones.
polite_khttpd() {
    check "$1: others get what they ask for" in_polite tree_compare "$tree" "$visited:$port" \
        --connections 4 --sample ${polite_sample:-9} --patience $patience
    check "$1: so do those that connect anew" in_polite htstress -n ${polite_new:-60} -c 2 \
        --verify --timeout $patience "http://$visited:$port/64k.bin"
}
polite_kecho() {
    check "$1: others get back what they send" in_polite echo_check "$visited:$port" \
        --only one-byte,nul,sizes --bytes ${polite_bytes:-128K} --patience $patience
}

# Somebody who is there before the attack, over connections that stay: begins, and must go on.
kept_start() {
    ip netns exec polite htstress -k -c 2 -D 6s --verify --timeout $patience \
        "http://$visited:$port/64k.bin" >"$scratch/kept" 2>&1 &
    kept=$!
    await "$1: somebody is there before" stat_reaches requests 10
}

kept_end() {
    local status=0
    wait $kept || status=$?
    equal "$1: who was there before gets what it asks for ($(grep '^good requests' "$scratch/kept"))" \
        0 $status
}

# What the module says in the kernel's log.
own_lines() { dmesg | grep -cE "(khttpd|kecho)" || true; }

# assault WHAT PLACES DURING: $settings are the module's, $attackers are let loose, DURING is what
# is to be seen meanwhile, and no more than PLACES connections may be served.
assault() {
    local what="$module: $1" places=$2 during=$3 lines begin
    available_before=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    load $root drain_timeout=$drain "${settings[@]}"
    lines=$(own_lines)
    note_counters "${story[@]}"
    sampling_start
    # Unless somebody is to be there before them.
    [ -n "$later" ] || attackers_start
    $during "$what"
    attackers_there "$what"
    sampling_stop
    bounded "$what" $places
    attackers_stop "$what"
    await "$what: all connections end" stat_is open 0
    attackers_start
    sleep 1
    begin=$(true_seconds)
    rmmod $module || not_ok "$what: rmmod"
    at_most "$what: s that unloading took meanwhile" $((drain / 1000 + allowance)) \
        $(($(true_seconds) - begin))
    attackers_stop "$what, unloading"
    at_most "$what: lines of the module's in the log, but for its last" 1 $(($(own_lines) - lines))
    settings=() attackers=() story=() later=
}
settings=() story=() later=

# The kernel's own caches and workers come once, and stay.
warm_up() {
    for server in kecho khttpd; do
        serve_as $server
        load $root
        in_attack hostile_clients "$attacked:$port" silent --clients 300 --seconds 1 >/dev/null
        polite_$server "warming up" >"$scratch/warm" || { cat "$scratch/warm"; exit 1; }
        unload
    done
    report_passed=0
}
