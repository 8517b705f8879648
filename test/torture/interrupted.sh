# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: signals to those who load and unload, and what unloading itself cuts short.

part_interrupted() {
    local server signal deadly='INT TERM HUP KILL' others='STOP USR2+'
    [ $few -gt 1 ] || deadly='INT KILL' others=STOP
    for server in $(servers); do
        serve_as $server
        traffic_start interrupted mid-send,idle 12
        # Whoever unloads and loses patience ends the waiting, which would be twice as long as is
        # allowed then: the clients that are left are reset, and the module goes all the same.
        for signal in $deadly; do
            interrupted_unload $signal $((8 * allowance)) 0 $((4 * allowance))
        done
        # What does not kill makes it neither stop half way nor wait less.
        for signal in $others; do
            interrupted_unload $signal 4000 3900 $((4000 + allowance))
        done
        interrupted_load
        if [ $server != kecho ] || [ $few -gt 1 ]; then interrupted_patience; fi
        traffic_stop interrupted "$server, interrupted"
    done
}

# until_laden CLIENTS: and until those in mid-send are stuck: no more goes out.
until_laden() {
    local before=0 now=0 open=0 calm=0
    for _ in $(seq $((patience / 30))); do
        now=$(stat bytes_sent) open=$(stat open)
        calm=$((now > 0 && now == before ? calm + 1 : 0))
        if [ $open -ge $1 ] && [ $calm -ge 4 ]; then return; fi
        before=$now
        sleep 0.15
    done
    not_ok "$module: $1 clients are there, and stuck: $open are, $now bytes were sent"
}

# until_going: unloading has begun, and is past what comes before the waiting.
until_going() {
    local state='' file=/sys/module/$module/initstate
    for _ in $(seq $((patience / 10))); do
        { read -r state <$file; } 2>/dev/null || state=gone
        [ $state = live ] || break
        sleep 0.02
    done
    sleep 0.3
}

# interrupted_unload SIGNAL DRAIN_TIMEOUT LEAST MOST: SIGNAL+ is one that rmmod ignores. The ms
# until the module has gone are counted from the beginning of unloading.
interrupted_unload() {
    local signal=${1%+} pid begin took
    load $root drain_timeout=$2 $patient
    until_laden 20
    begin=$(now_ms)
    # What a shell starts in the background ignores SIGINT; nobody can ignore these two.
    case $1 in
    KILL | STOP) rmmod $module & ;;
    *+) env --ignore-signal=$signal rmmod $module & ;;
    *) env --default-signal=$signal rmmod $module & ;;
    esac
    pid=$!
    until_going
    [ -e /sys/module/$module ] || not_ok "$module: rmmod waits for clients that are stuck"
    kill -s $signal $pid 2>/dev/null || true
    while [ -e /sys/module/$module ] && [ $(($(now_ms) - begin)) -le $4 ]; do sleep 0.02; done
    took=$(($(now_ms) - begin))
    at_most "$module: ms until it was gone, rmmod interrupted by $1" $4 $took
    at_least "$module: ms that $1 let its clients have" $3 $took
    kill -s CONT $pid 2>/dev/null || true
    { wait $pid || true; } 2>/dev/null
    refute "$module: it is gone after $1" test -e /sys/module/$module
}

# Killed at any moment, insmod has loaded it or has not.
interrupted_load() {
    local pid loaded=0
    for _ in $(seq $((few * 2))); do
        insmod "$scratch/$module.ko" port=$port $root drain_timeout=100 2>/dev/null &
        pid=$!
        sleep 0.0$((RANDOM % 7))
        kill -KILL $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        [ ! -e /sys/module/$module ] || { rmmod $module; loaded=$((loaded + 1)); }
    done
    ok "$module: insmod killed $((few * 2)) times, $loaded times too late"
}

# A long drain_timeout is no reason for the kernel to report a hung task.
interrupted_patience() {
    local hung=/proc/sys/kernel/hung_task_timeout_secs before
    [ -e $hung ] || { echo "# no detector of hung tasks: left out"; return; }
    before=$(<$hung)
    load $root drain_timeout=7500 $patient
    until_laden 15
    echo 3 >$hung
    rmmod $module
    echo $before >$hung
    refute "$module: a long drain_timeout is no hung task" grep -q \
        'task rmmod:[0-9]* blocked for more than' <(dmesg)
}

# Whoever waits to be accepted when unloading begins is reset, and not accepted first, which may
# take long: here no thread can be made for the first of them, as others have the processor of the
# thread that makes all threads: one that never yields, and in the twentieth of each second that it
# must leave to the rest, one that is asked before all of these.
part_accepting() {
    local crowd=50 descriptors=() one hogs=() pid before accepted maker=2 # kthreadd
    [ -e /sys/devices/system/cpu/cpu1 ] || { echo "# one processor: left out"; return; }
    serve_as kecho
    load model=kthread backlog=128
    taskset -p -c 1 $maker >/dev/null
    chrt --idle -p 0 $maker
    for one in 'nice -n -20' 'chrt --fifo 50'; do
        rm -f "$scratch/hogging"
        $one taskset -c 1 "$BASH" -c ": >$scratch/hogging; while :; do :; done" &
        hogs=($! "${hogs[@]}")
        while [ ! -e "$scratch/hogging" ] && kill -0 $!; do sleep 0.1; done
    done
    for one in $(seq $crowd); do
        exec {one}<>/dev/tcp/127.0.0.1/$port
        descriptors+=("$one")
    done
    accepted=$(stat accepted) before=$(resets_sent)
    rmmod kecho &
    pid=$!
    until_going
    kill -KILL "${hogs[@]}"
    { wait "${hogs[@]}" || true; } 2>/dev/null
    chrt --other -p 0 $maker
    taskset -p -c 0-$(($(nproc --all) - 1)) $maker >/dev/null
    wait $pid
    at_most "kecho: of $crowd, accepted before unloading began" $((crowd / 2)) $accepted
    at_least "kecho: of $((crowd - accepted)) that wait to be accepted, reset by unloading" \
        $((crowd - accepted - 5)) $(($(resets_sent) - before))
    for one in "${descriptors[@]}"; do exec {one}>&-; done
}

resets_sent() {
    awk '$1 == "Tcp:" { if (seen) print $at; else for (i = 2; i <= NF; i++) if ($i == "OutRsts") at = i; seen = 1 }' \
        /proc/net/snmp
}
