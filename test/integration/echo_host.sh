#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/integration/echo_host.sh [BUILD_DIRECTORY] [MODEL...]

Tests user-echo-server with each of its models, on free ports of 127.0.0.1:
  the echo cases, with nothing left of those clients: no thread, no process, no zombie
  silent clients, until a new one is not served, or as many as there should be no end of
  SIGTERM under traffic: it drains, and ends with status 0 and without a process left
and user-http-server with each model: the conformance cases.
All models, unless some are named. The programs are those of BUILD_DIRECTORY (a path with a
'/'), or build/release. Builds with sanitizers get less to do.
END
}

here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/release
if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then usage; exit 0; fi
if [[ ${1:-} == */* ]]; then build=$(cd "$1" && pwd); shift; fi
sanitized=
if grep -qs 'CMAKE_CXX_FLAGS:.*-fsanitize' "$build/CMakeCache.txt"; then sanitized=1; fi
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/integration/server.sh
. "$here/server.sh"

echo_server=$build/user-echo-server
http_server=$build/user-http-server
# The server is what is tested: its clients need no sanitizers, and are quicker without.
clients=${KTCP_CLIENTS:-$build}
[ -z "$sanitized" ] || clients=${KTCP_CLIENTS:-$here/../../build/release}
echo_check=$clients/test/integration/echo_check
echo_starve=$clients/test/integration/echo_starve
echo_traffic=$clients/test/integration/echo_traffic
idle_clients=$clients/test/integration/idle_clients
conformance_client=$clients/test/conformance/conformance_client
make_tree=$clients/test/conformance/make_tree
for tool in "$echo_server" "$http_server" "$echo_check" "$echo_traffic" "$make_tree"; do
    [ -x "$tool" ] || { echo "$tool is missing: run 'cmake --build --preset release'" >&2; exit 2; }
done

models=(iterative fork prefork thread thread-pool select poll epoll-lt epoll-et io_uring)
workers=4 # of the models that have a fixed number: so many clients at a time
drain=3000 # ms

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ktcp-echo-host.XXXXXX")
server=
cleanup() {
    if [ -n "$server" ]; then pkill -KILL -s "$server" 2>/dev/null || true; fi
    rm -rf "$scratch"
}
trap cleanup EXIT
# Enough for the clients of a crowd, and for a server of them.
ulimit -n "$(ulimit -Hn)"

# start PROGRAM OPTION...: sets $server and $address. A session of its own, so that whatever
# it leaves behind can be found.
start() {
    local program=$1
    shift
    setsid "$program" --port 0 --listen 127.0.0.1 --drain-timeout $drain "$@" 2>"$scratch/log" >&2 &
    server=$!
    await_port "${program##*/} $*"
}

# ends WHAT: SIGTERM; the status and the time it takes, and that nothing is left.
ends() {
    local what=$1 status=0 begin
    begin=$(date +%s%N)
    kill -TERM "$server"
    wait "$server" || status=$?
    equal "$what: SIGTERM ends it: status" 0 $status
    at_most "$what: ms until then" $((drain + 2000)) $((($(date +%s%N) - begin) / 1000000))
    equal "$what: processes that are left" '' "$(pgrep -s "$server" | tr '\n' ' ')"
    if [ $status -ne 0 ]; then sed 's/^/  /' "$scratch/log"; fi
    server=
}

# load_of: processes, threads and zombies of the server.
load_of() {
    ps -L -s "$server" -o pid=,stat= | awk '{ seen[$1]; threads++; if ($2 ~ /^Z/) zombies++ }
        END { for (i in seen) n++; printf "%d processes, %d threads, %d zombies", n, threads, zombies }'
}

# settles WHAT EXPECTED: clients that have gone are noticed after them.
settles() {
    local tries=60
    while [ "$(load_of)" != "$2" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.05; done
    equal "$1" "$2" "$(load_of)"
}

# at_once_of MODEL: how many clients are served at a time; 0: any number.
at_once_of() {
    case $1 in
    iterative) echo 1 ;;
    prefork | thread-pool) echo $workers ;;
    *) echo 0 ;;
    esac
}

# start_echo MODEL OPTION...
start_echo() {
    local model=$1 options=()
    shift
    case $model in prefork | thread-pool) options=(--threads "$workers") ;; esac
    start "$echo_server" --model "$model" "${options[@]}" "$@"
}

echo_cases() {
    local model=$1 options=() before
    # Sanitizers make each model slower, and none different.
    [ -z "$sanitized" ] || options=(--bytes 8M --patience 30)
    start_echo "$model" --backlog 1024
    before=$(load_of)
    check "$model: the echo cases" \
        "$echo_check" "$address" --at-once "$(at_once_of "$model")" "${options[@]}"
    settles "$model: what serves nobody any more is gone ($before)" "$before"
    ends "$model, idle"
}

silent_clients() {
    local model=$1 at_once
    at_once=$(at_once_of "$model")
    start_echo "$model" --backlog 1024
    case $model in
    iterative | prefork | thread-pool)
        check "$model: silent clients starve a new one" "$echo_starve" "$address" --name \
            "user-echo-server $model" --at-least "$at_once" --at-most "$at_once" --patience 1000
        ;;
    fork | thread)
        check "$model: 500 silent clients" "$echo_starve" "$address" --name \
            "user-echo-server $model" --most 500
        ;;
    select) # FD_SETSIZE is 1,024, for each thread
        check "$model: 900 silent clients" "$idle_clients" "$address" 900 --echo --time 500 \
            --rounds 3 --least 0 --name "user-echo-server $model"
        ;;
    poll) # looks at each client, each time
        check "$model: 5,000 silent clients" "$idle_clients" "$address" 5000 --echo --time 500 \
            --rounds 3 --least 0 --name "user-echo-server $model"
        ;;
    *)
        check "$model: 5,000 silent clients" "$idle_clients" "$address" 5000 --echo --time 500 \
            --rounds 5 --least 0.5 --name "user-echo-server $model"
        ;;
    esac
    ends "$model, after silent clients"
}

under_traffic() {
    local model=$1 traffic status=0
    start_echo "$model"
    "$echo_traffic" "$address" --each 6 --deaf 3 --seconds 60 >"$scratch/traffic" &
    traffic=$!
    sleep 1
    ends "$model, under traffic"
    kill $traffic
    wait $traffic || status=$?
    equal "$model: the clients' own verdict ($(tail -n 1 "$scratch/traffic"))" 0 $status
}

http_cases() {
    local model=$1 settings jobs=16
    # More than the server can take at a time would wait, and be late.
    [ "$model" != iterative ] || jobs=1
    mapfile -t settings < <(profile_options tree "$scratch/WWW")
    start "$http_server" --model "$model" "${settings[@]}"
    check "user-http-server, $model: conformance" \
        "$conformance_client" "$address" --profile tree --patience 30 --jobs $jobs
    ends "user-http-server, $model"
    start "$http_server" --model "$model" --root "$scratch/WWW" --idle-timeout 2500
    check "user-http-server, $model: waits without using the CPU" \
        python3 "$here/idle_cpu.py" "$address" "$server" 2500
    ends "user-http-server, $model"
}

"$make_tree" "$scratch/WWW"
echo 'outside the root' >"$scratch/outside.txt"
echo 'outside the root' >"$scratch/outside.html"
[ $# -eq 0 ] || models=("$@")
for model in "${models[@]}"; do
    echo_cases "$model"
    # A sanitizer's shadow memory is no measure of anything.
    [ -n "$sanitized" ] || silent_clients "$model"
    under_traffic "$model"
    http_cases "$model"
done
report_end
