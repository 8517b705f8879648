# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2034
#
# Sourced: the attacks, and what they are measured by. Wants report.sh, $address, $port,
# $scratch, $crowd (how many clients attack), and htstress, rude_crowd and slowhttptest in PATH;
# /16m.bin must be larger than what TCP buffers for a client.
#
# What is measured is the server, not the tools, as far as two processors allow:
#  - The attackers run at the lowest priority (nice 19), so that what they compute does not
#    displace the server or the polite clients; only what they make the server do counts.
#  - The polite clients are few, and the same at rest and under attack: one connection, which
#    leaves processors idle, so that its p99 is the server's; and eight, which do not, so that
#    theirs is mostly the scheduler's time slices.
#  - Rest and attack alternate, and medians of the rounds are compared: the machine is not quiet.
#  - An attack is measured only while all of its connections are there: they are counted before
#    and after, in the kernel's table.
# In a VM everything runs inside the guest, because QEMU's forwarding would be measured otherwise;
# its one processor is shared by all of them, and its clock counts instructions, so that what
# else happens outside changes nothing.

attacks=(headers body read reset half-close)

# attack KIND: starts it; $attackers are its processes.
attack() {
    local part words=() i
    attackers=()
    case $1 in
    reset | half-close)
        nice -n 19 rude_crowd "$address" "$1" --target /16m.bin --clients "$crowd" --rate "${RATE:-400}" --time 300 \
            >"$scratch/attack.0" 2>&1 &
        attackers=($!)
        return
        ;;
    # A header line a second and connection: Slowloris.
    headers) words=(-H -i 1 -u "http://$address/hello.txt") ;;
    # Some bytes a second of a body that is not too large to be refused at once.
    body) words=(-B -i 1 -s 60000 -u "http://$address/hello.txt") ;;
    # A window of a few bytes, and 32 of them read every 5 s.
    read) words=(-X -n 5 -w 16 -y 64 -z 32 -u "http://$address/16m.bin") ;;
    esac
    # One of it opens connections too slowly, and polls all of them all the time.
    part=$((crowd / 4))
    for ((i = 0; i < 4; i++)); do
        nice -n 19 slowhttptest "${words[@]}" -c "$part" -r 1000 -l 300 -p 30 \
            >"$scratch/attack.$i" 2>&1 </dev/null &
        attackers+=($!)
    done
}

attack_ends() {
    local one
    for one in "${attackers[@]}"; do kill -KILL "$one" 2>/dev/null || true; done
    for one in "${attackers[@]}"; do wait "$one" 2>/dev/null || true; done
    attackers=()
    # Until the server has let go of them.
    for ((i = 0; i < 100; i++)); do
        [ "$(connections)" -gt 20 ] || return 0
        sleep 0.2
    done
}

# The server's ends of connections that take something of it: a client's FIN may have come, and
# the last bytes may wait in TCP alone.
connections() {
    ss -Htn state established state close-wait state last-ack state fin-wait-1 state closing \
        sport = ":$port" | wc -l
}

# await_connections LEAST SECONDS
await_connections() {
    local until=$((SECONDS + $2))
    while [ "$(connections)" -lt "$1" ]; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.2
    done
}

# polite CONNECTIONS SECONDS: sets $p50 and $p99, in microseconds, of clients that behave, or fails.
polite() {
    htstress -k -t 1 -c "$1" -D "$2" --timeout 20 --json "$scratch/polite.json" \
        "http://$address/hello.txt" >"$scratch/polite" 2>&1 || {
        sed 's/^/  /' "$scratch/polite"
        return 1
    }
    p50=$(sed -n 's/.*"p50": *\([0-9]*\).*/\1/p' "$scratch/polite.json")
    p99=$(sed -n 's/.*"p99": *\([0-9]*\).*/\1/p' "$scratch/polite.json")
}

median() {
    printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# note WHEN: the polite clients' latencies, kept in $samples[WHEN-CONNECTIONS-p99].
declare -A samples
note() {
    local connections
    for connections in 1 8; do
        polite $connections "$SECONDS_EACH" || return 1
        samples[$1-$connections-p50]+=" $p50"
        samples[$1-$connections-p99]+=" $p99"
    done
}

# measure_attack KIND HOLD: HOLD is how long, in seconds, the server bears such a client
# (head_timeout, send_timeout); 0: the clients leave by themselves.
measure_attack() {
    local kind=$1 hold=$2 round least=$((crowd * 95 / 100)) before until
    samples=()
    for ((round = 1; round <= ROUNDS; round++)); do
        note rest || { not_ok "$kind: polite clients at rest"; return; }
        attack "$kind"
        await_connections $least 60 || {
            tail -n 5 "$scratch/attack.0"
            not_ok "$kind: only $(connections) of $crowd attackers came to be connected"
            attack_ends
            return
        }
        before=$(connections)
        note attack || { not_ok "$kind: polite clients under attack"; attack_ends; return; }
        if [ "$(connections)" -lt $least ]; then
            not_ok "$kind: the attack was over before it was measured: $before connections, then $(connections)"
            attack_ends
            return
        fi
        # Once is enough to see that they are cut off, and it takes long.
        if [ $round -eq "$ROUNDS" ] && [ "$hold" -gt 0 ]; then
            until=$((SECONDS + hold + 20))
            while [ "$(connections)" -gt $((crowd / 20)) ] && [ $SECONDS -lt $until ]; do sleep 0.5; done
            at_most "$kind: connections that are left after $hold s and a little" $((crowd / 20)) "$(connections)"
        fi
        attack_ends
        sleep 1
    done
    judge_attack "$kind"
}

judge_attack() {
    local connections rest under
    for connections in 1 8; do
        # shellcheck disable=SC2086
        rest=$(median ${samples[rest-$connections-p99]}) under=$(median ${samples[attack-$connections-p99]})
        # shellcheck disable=SC2086
        echo "figure: $kind by $crowd, p99 of $connections polite: $under us, at rest $rest us" \
            "(p50 $(median ${samples[attack-$connections-p50]}), $(median ${samples[rest-$connections-p50]});" \
            "rounds:${samples[attack-$connections-p99]} /${samples[rest-$connections-p99]})"
        at_most "$kind: p99 of $connections polite client(s), in us, at most twice that at rest" $((2 * rest)) "$under"
    done
}
