# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: lives in bad company: other modules, crowds, others who load and unload,
# loads that fail, processors that go.

# Of any model, one a life.
vary_models='model=inline,event,kthread,cmwq;bench=0,1'

part_together() {
    local server pids=() pid failed=0 dropper
    for server in kecho khttpd; do
        serve_as $server
        traffic_start $server all 4
        lives_begin $server $server --lives $few --need 15 --fixed "port=$port $root" \
            --vary "$(vary_of $server);$vary_models"
        pids+=($!)
    done
    # It is busy whenever somebody has its file open.
    lives_begin drop drop-tcp-socket --lives $((few * 3)) --linger 100 --contested
    pids+=($!)
    together_drop &
    dropper=$!
    for pid in "${pids[@]}"; do wait $pid || failed=$((failed + 1)); done
    : >"$scratch/stop"
    wait $dropper || true
    rm "$scratch/stop"
    for server in kecho khttpd; do traffic_stop $server "together"; done
    equal "together: modules with a fault" 0 $failed
    sed 's/^/# /' "$scratch"/lives.{kecho,khttpd,drop}
}

# Ends connections of both servers, while all three modules come and go.
together_drop() {
    local file=/proc/net/drop_tcp_sock
    while [ ! -e "$scratch/stop" ]; do
        awk '$2 ~ /:(1F91|3039)$/ { print $2, $3 }' /proc/net/tcp6 | head -n 20 |
            together_pairs >"$scratch/pairs"
        { cat "$scratch/pairs" >$file; } 2>/dev/null || true
        sleep 0.03
    done
}

# From /proc/net/tcp6's mapped IPv4 addresses to the notation that the module reads.
together_pairs() {
    local here there
    while read -r here there; do
        echo "127.0.0.1:$((16#${here##*:})) 127.0.0.1:$((16#${there##*:}))"
    done
}

overflows() {
    awk '$1 == "TcpExt:" { if (seen) print $at; else for (i = 2; i <= NF; i++) if ($i == "ListenOverflows") at = i; seen = 1 }' \
        /proc/net/netstat
}

part_backlog() {
    local server before worst
    for server in $(servers); do
        serve_as $server
        before=$(overflows) worst=0
        # Who comes before all others on a processor leaves none to accept meanwhile.
        traffic_start crowd crowd,reset,idle 100 chrt --fifo 1
        # In a single life the crowd may come one by one.
        for _ in $(seq 10); do
            lives "$server, backlog=1" $server --lives $few --need 30 --linger 20 \
                --fixed "port=$port $root backlog=1 drain_timeout=100"
            [ $beyond -le $worst ] || worst=$beyond
            [ "$(overflows)" = "$before" ] || break
        done
        at_most "$server, backlog=1: ms that unloading took beyond drain_timeout" $allowance $worst
        refute "$server, backlog=1: its queue overflowed" test "$(overflows)" = "$before"
        # No thread can be had for what waits in the queue, which stays full.
        if [ $server = kecho ]; then backlog_threads; fi
        traffic_stop crowd "$server, a full queue"
    done
}

backlog_threads() {
    local most before threads worst=0
    most=$(</proc/sys/kernel/threads-max)
    before=$(overflows)
    for _ in $(seq 10); do
        threads=(/proc/[0-9]*/task/[0-9]*)
        echo $((${#threads[@]} + 25)) >/proc/sys/kernel/threads-max
        lives "no more threads" kecho --lives $few --need 10 \
            --fixed "port=$port model=kthread backlog=4 drain_timeout=100"
        echo $most >/proc/sys/kernel/threads-max
        [ $beyond -le $worst ] || worst=$beyond
        [ "$(overflows)" = "$before" ] || break
    done
    at_most "no more threads: ms that unloading took beyond drain_timeout" $allowance $worst
    refute "no more threads: the queue overflowed" test "$(overflows)" = "$before"
}

# Two that do the same, and one that looks at all there is to see in sysfs.
part_races() {
    local server pids pid failed=0 looker
    for server in $(servers); do
        serve_as $server
        traffic_start race all 2
        pids=()
        for _ in 1 2; do
            lives_begin race${#pids[@]} $server --lives $((few * 2)) --contested --need 10 \
                --patience 300 --linger 30 --fixed "port=$port $root" \
                --vary "$(vary_of $server);$vary_models"
            pids+=($!)
        done
        races_look $server &
        looker=$!
        for pid in "${pids[@]}"; do wait $pid || failed=$((failed + 1)); done
        : >"$scratch/stop"
        wait $looker || true
        rm "$scratch/stop"
        sed 's/^/# /' "$scratch"/lives.race[01]
        # Whoever loaded it last may have lost the race to unload it.
        [ ! -e /sys/module/$server ] || rmmod $server
        refute "$server: it is gone" test -e /sys/module/$server
        lives "$server: after the races" $server --lives 1 --drain 5000 --fixed "port=$port $root"
        traffic_stop race "$server, races"
    done
    equal "races: loaders with a fault" 0 $failed
}

races_look() {
    local file
    while [ ! -e "$scratch/stop" ]; do
        for file in "/sys/module/$1"/{parameters/*,refcnt,initstate}; do
            { read -r -d '' -n 4096 _ <"$file" || true; } 2>/dev/null
            # None can be changed while it serves.
            if [ "${file##*/}" = port ] && { echo 1 >"$file"; } 2>/dev/null; then
                not_ok "$file can be written"
            fi
        done
    done
}

# Each must leave nothing behind, or the last would not load, or memory would grow.
part_failures() {
    local server other taken many=host=
    for other in $(seq 65); do many+="h$other=/tmp,"; done
    for server in $(servers); do
        # The port is the other's meanwhile, which is under traffic.
        case $server in kecho) other=khttpd ;; *) other=kecho ;; esac
        serve_as $server
        taken=$port
        serve_as $other
        port=$taken address=127.0.0.1:$taken
        insmod "$scratch/$other.ko" port=$port $root
        traffic_start taken idle,crowd,reset 10
        serve_as $server
        lives "$server: the port is taken" $server --lives $((few * 2)) --fails EADDRINUSE \
            --fixed "port=$port $root" --vary "model=inline,event,kthread,cmwq;bench=0,1;max_per_address=0,9"
        rmmod $other
        traffic_stop taken "$server: the port is taken"
        lives "$server: no such model" $server --lives $few --fails EINVAL --fixed "port=$port model=none"
        if [ $server = khttpd ]; then
            lives "no such root" khttpd --lives $few --fails EINVAL --fixed "port=$port" \
                --vary "WWWROOT=/nowhere,/tmp/nowhere;model=inline,kthread"
            lives "one root of many is bad" khttpd --lives $few --fails ENOTDIR \
                --fixed "port=$port host=a=/tmp,b=/usr,c=/etc/passwd"
            lives "too many hosts" khttpd --lives $few --fails EINVAL --fixed "port=$port ${many%,}"
        fi
        traffic_start after all 4
        lives "$server: after loads that failed" $server --lives $few --need 10 \
            --fixed "port=$port $root" --vary "$(vary_of $server)"
        traffic_stop after "$server: after loads that failed"
        ok "$server: loads that fail leave nothing behind: $lived"
    done
}

cpu1=/sys/devices/system/cpu/cpu1/online

processor_blinks() {
    [ -w $cpu1 ] || return 0
    echo 0 >$cpu1
    sleep 0.05
    echo 1 >$cpu1
}

part_processors() {
    local server variant parameters count=0
    [ -w $cpu1 ] || { echo "# processors cannot be taken away here: left out"; return; }
    for server in $(servers); do
        serve_as $server
        for variant in $(models_chosen); do
            traffic_start cpu all 4
            mapfile -t parameters < <(model_parameters $variant)
            lives_begin cpu $server --lives $few --need 15 --linger 300 \
                --fixed "port=$port $root ${parameters[*]}" --vary "$(vary_of $server)"
            while kill -0 $! 2>/dev/null; do
                processor_blinks
                count=$((count + 1))
                sleep 0.1
            done
            lives_judge "$server $variant, processors" $! cpu
            ok "$server $variant, processors: $lived"
            traffic_stop cpu "$server $variant, processors"
        done
    done
    refute "processors: one was taken away, again and again" test $count -eq 0
}
