#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2016,SC2005,SC2154
set -euo pipefail

usage() {
    cat <<'END'
usage: test/kernel/drop_tcp_socket.sh 6.1|6.12|6.1-debug [PART...]

Boots that kernel in a VM and tests drop-tcp-socket.ko in it:
  cases       every notation, state, cut and fault; listeners that must live
  commands    netstat's and ss's output by awk, cat, tee, bash and dash, in bursts
  access      who may: users, capabilities, network and user namespaces
  unload      rmmod while files are open, while somebody writes, again and again
  fuzz        noise for FUZZ_SECONDS (60), among live connections
All of them, unless PARTs are named. Then the kernel's log is searched for reports.
KTCP_MODULES names the directory of the modules, KTCP_BUILD that of the programs.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=test/kernel/outside.sh
. "$here/outside.sh"
file=/proc/net/drop_tcp_sock

# --- outside: find what is to be tested, boot ------------------------------------------------------

outside() {
    local kernel build modules seconds limit
    case ${1:-} in
    6.1 | 6.12 | 6.1-debug) kernel=$1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
    find_tested "$kernel" drop-tcp-socket.ko test/kernel/drop_tcp_socket_cases
    seconds=${FUZZ_SECONDS:-60}
    [ -z "${CHECK_FULL:-}" ] || seconds=$((seconds * 5))
    limit=$((seconds + 360))
    [ "$kernel" != 6.1-debug ] || limit=$((limit * 4))
    exec "$root/vm/boot" --kernel "$kernel" ${LEAKS:+--leaks} --memory 1024 --timeout "$limit" -- \
        env FUZZ_SECONDS="$seconds" "$here/drop_tcp_socket.sh" --inside "$modules" "$build" "$@"
}

# --- inside ----------------------------------------------------------------------------------------

# Sockets that exist: those that are closed as well, until their last reference has gone.
sockets() { awk '$1 == "sockets:" { print $3 }' /proc/net/sockstat; }

part_cases() {
    local group before left
    modprobe tls 2>/dev/null || on_debug_kernel || not_ok 'no kernel TLS'
    before=$(sockets)
    for group in names states errors pieces listeners; do
        check "cases: $group" drop_tcp_socket_cases "$group"
    done
    for _ in $(seq 100); do
        left=$(($(sockets) - before))
        [ $left -gt 0 ] || break
        sleep 0.1
    done
    at_most "cases: sockets that are still there" 0 $left
}

# counted NAME: of the last writer.
counted() { awk -v name="$1" '$1 == name { print $2 }' "$file"; }

# waiting PORT: connections in TIME-WAIT with that port.
waiting() { ss -Htan state time-wait "( sport = :$1 or dport = :$1 )" | wc -l; }

# The line of the README: what netstat prints of whatever waits.
by_netstat() { netstat -n | awk '/WAIT/ {print $4" "$5}' >$file; }
by_netstat_wide() { netstat -nW | awk '/WAIT/ {print $4" "$5}' >$file; }
by_ss() { ss -Htan state time-wait | awk '{print $3" "$4}' >$file; }
by_cat() { ss -Htan state time-wait | awk '{print $3" "$4}' | cat >$file; }
by_tee() { ss -Htan state time-wait | awk '{print $3" "$4}' | tee $file >/dev/null; }
by_bash() { ss -Htan state time-wait | while read -r _ _ l r _; do echo "$l $r"; done >$file; }
by_dash() { dash -c 'ss -Htan state time-wait | while read -r _ _ l r _; do echo "$l $r"; done' >$file; }
by_one_argument() { echo "$(ss -Htan state time-wait | awk '{print $3" "$4}')" >$file; }
by_printf_without_newline() { printf %s "$(ss -Htan state time-wait | awk '{print $3" "$4}')" >$file; }

# cleared COMMAND ADDRESS COUNT: after a burst, all that waits is cleared by the command.
cleared() {
    local port before status=0
    port=$(drop_tcp_socket_burst "$2" "$3")
    before=$(waiting "$port")
    [ "$before" -eq "$3" ] || echo "# $before wait, not $3"
    "$1" || status=$?
    equal "$1: $3 connections in TIME-WAIT of $2 cleared, status" "0 0" "$(waiting "$port") $status"
    [ "$before" -gt 0 ] || not_ok "$1: nothing waited"
}

part_commands() {
    local address command holder port lines bad status=0
    for address in 127.0.0.1 ::1; do cleared by_netstat $address 400; done
    # Its addresses are cut without -W.
    cleared by_netstat_wide :: 400
    for address in 127.0.0.1 ::1 ::; do cleared by_ss $address 150; done
    cleared by_cat 127.0.0.1 150
    cleared by_tee ::1 150
    cleared by_one_argument :: 150
    cleared by_printf_without_newline ::1 150
    cleared by_bash ::1 50
    if have dash; then cleared by_dash 127.0.0.1 50; fi
    cleared by_ss :: 3000

    # Bad ones in the middle of thousands: the good ones after them are carried out, and the
    # program that wrote learns that something was wrong.
    for command in 'cat >$file' 'awk "{print}" >$file' 'tee $file >/dev/null' 'dd of=$file bs=4096 status=none'; do
        port=$(drop_tcp_socket_burst 127.0.0.1 1000)
        status=0
        ss -Htan state time-wait >"$scratch/waiting"
        # Where this takes long, some wait no longer, and are not known then, as the bad ones.
        lines=$(wc -l <"$scratch/waiting")
        bad=$(((lines + 50) / 100))
        at_least "of 1,000 connections enough wait for 16 bad pairs to be put between them" 750 "$lines"
        awk '{print $3" "$4} NR % 100 == 50 {print "nonsense"; print "192.0.2.1:1 192.0.2.2:2"}' "$scratch/waiting" |
            eval "$command" 2>"$scratch/said" || status=$?
        equal "1,000 pairs and 20 bad ones by $command: those that still wait, malformed, unknown or cleared" \
            "0 $bad $((bad + lines))" "$(waiting "$port") $(counted malformed) $(($(counted unknown) + $(counted time_wait)))"
        at_least "of $bad that never were, unknown" $bad "$(counted unknown)"
        equal "its status and words: $(head -c 100 "$scratch/said")" "1 1" \
            "$((status > 0)) $(grep -c 'Invalid argument' "$scratch/said")"
    done

    # Connections in use, by netstat's line of ESTABLISHED ones; the listener lives.
    coproc holder { drop_tcp_socket_burst --hold ::1 200; }
    read -r port <&"${holder[0]}"
    netstat -ntW | awk -v p=":$port" 'index($4, p) || index($5, p) {print $4" "$5}' >$file || true
    echo >&"${holder[1]}"
    read -r status <&"${holder[0]}"
    equal "200 connections in use are ended" 200 "$status"
    wait "$holder_PID" || not_ok "their listener lives"
}

# refused_with WORDS COMMAND...
refused_with() {
    local words=$1 said
    shift
    if said=$("$@" 2>&1); then
        not_ok "must be refused: $*"
    else
        case $said in
        *"$words"*) ok "refused: $words: $*" ;;
        *) not_ok "refused, but not by '$words': $*: $said" ;;
        esac
    fi
}

part_access() {
    local port pair said
    equal "mode and owner" "600 0 0" "$(stat -c '%a %u %g' $file)"
    refused_with 'Permission denied' setpriv --reuid 65534 --regid 65534 --clear-groups cat $file
    refused_with 'Permission denied' setpriv --reuid 65534 --regid 65534 --clear-groups bash -c "echo x >$file"
    refused_with 'Operation not permitted' setpriv --bounding-set=-net_admin --inh-caps=-net_admin bash -c "echo x >$file"
    refused_with 'Operation not permitted' setpriv --bounding-set=-net_admin --inh-caps=-net_admin cat $file
    # Opened by somebody who may, written to by somebody who may not.
    refused_with 'Operation not permitted' bash -c "exec 3>$file; setpriv --reuid 65534 --clear-groups bash -c 'echo x >&3'"

    # Namespaces: a connection of the one is unknown in the other.
    coproc holder { drop_tcp_socket_burst --hold 127.0.0.1 1; }
    read -r port <&"${holder[0]}"
    pair=$(ss -Htn state established "( sport = :$port )" | awk '{print $3" "$4}')
    refused_with 'No such file or directory' unshare -n bash -c "ip link set lo up; echo '$pair' >$file"
    equal "another namespace has a report of its own" 1 "$(unshare -n bash -c "echo x 2>/dev/null >$file; awk '/malformed/ {print \$3}' $file")"
    # Anybody may in a namespace of his own, and only there. (Two steps: procfs asks who is root
    # in it when it is made, which a single unshare tells only afterwards.)
    said=$(setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Ur unshare -n bash -c "
        ip link set lo up; echo x >$file; echo \$?; echo '$pair' >$file; echo \$?
        port=\$($scratch/bin/drop_tcp_socket_burst 127.0.0.1 20)
        ss -Htan state time-wait | awk '{print \$3\" \"\$4}' >$file
        echo \$? \$(awk '\$1 == \"time_wait\" {print \$2}' $file)" 2>&1)
    equal "a user in his own namespace: nonsense, another's connection, his own" "1 1 0 20" \
        "$(grep -v 'write error' <<<"$said" | tr '\n' ' ' | sed 's/ $//')"
    check "its words" grep -q 'Invalid argument.*No such file' <<<"$(tr '\n' ' ' <<<"$said")"
    echo "$pair" >$file
    echo >&"${holder[1]}"
    read -r said <&"${holder[0]}"
    equal "here it is known" 1 "$said"
    wait "$holder_PID" || not_ok "its listener lives"
}

part_unload() {
    local writers=() memory refused=0
    exec 3>$file
    refused_with 'in use' rmmod drop_tcp_socket
    printf '192.0.2.1:1 192.0.2.2' >&3
    exec 3>&-
    for _ in 1 2 3; do
        (while [ ! -e "$scratch/stop" ]; do { echo "192.0.2.1:1 192.0.2.2:2" >$file; } 2>/dev/null; done) &
        writers+=($!)
    done
    for _ in $(seq 15); do
        if rmmod drop_tcp_socket 2>/dev/null; then
            insmod "$module" || not_ok "insmod after rmmod"
        else
            refused=$((refused + 1))
        fi
    done
    : >"$scratch/stop"
    wait "${writers[@]}" || true
    ok "rmmod and insmod 15 times while others write ($refused times in use)"
    memory=$(awk '/^(Slab|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' /proc/meminfo)
    for _ in $(seq 20); do
        rmmod drop_tcp_socket
        insmod "$module"
        unshare -n bash -c "echo 192.0.2.1:1 192.0.2.2:2 >$file" 2>/dev/null || true
    done
    echo 3 >/proc/sys/vm/drop_caches
    at_most "KiB of kernel memory more after 20 lives" 2048 \
        $(($(awk '/^(Slab|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' /proc/meminfo) - memory))
    rmmod drop_tcp_socket
    refute "without the module there is no file" test -e $file
    insmod "$module"
}

part_fuzz() {
    local lines
    lines=$(dmesg | wc -l)
    check "noise for $FUZZ_SECONDS s" drop_tcp_socket_fuzz "$FUZZ_SECONDS"
    at_most "lines that this added to the kernel's log" 3 $(($(dmesg | wc -l) - lines))
}

inside() {
    local part programs
    # shellcheck source=test/support/report.sh
    . "$root/test/support/report.sh"
    module=$scratch/drop-tcp-socket.ko
    mkdir -p "$scratch/bin"
    cp "$1/drop-tcp-socket.ko" "$module"
    cp "$2"/test/kernel/drop_tcp_socket_{cases,fuzz,burst} "$scratch/bin"
    # What runs from the shared root starts slowly.
    for part in ss netstat awk cat tee dd dash bash ip rmmod insmod unshare setpriv seq sleep stat wc grep; do
        if programs=$(command -v "$part"); then cp -L "$programs" "$scratch/bin/$part"; fi
    done
    PATH=$scratch/bin:$PATH
    shift 2
    ip -6 address add fe80::77/64 dev lo nodad
    insmod "$module"
    [ $# -gt 0 ] || set -- cases commands access unload fuzz
    for part; do
        declare -F "part_$part" >/dev/null || { echo "unknown part '$part'" >&2; exit 2; }
        SECONDS=0
        "part_$part"
        echo "# part $part took $SECONDS s"
    done
    rmmod drop_tcp_socket || not_ok "rmmod"
    report_end
}

scratch=/tmp/ktcp
if [ "${1:-}" = --inside ]; then
    shift
    inside "$@"
else
    outside "$@"
fi
