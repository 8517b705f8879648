#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/integration/threads.sh [BUILD_DIRECTORY] http|echo|tools|units [MODEL...]

Looks for data races by ThreadSanitizer, in a build of the preset "tsan" (build/tsan):
  http   user-http-server with each model that has threads: several workers, a cache too small for
         them, files that change meanwhile, counters by SIGUSR1, SIGTERM under traffic, and twice
  echo   user-echo-server likewise, and the clients' own verdict about the bytes
  tools  htstress and bench, in each way in which their threads share work
  units  the unit tests of what threads share
First a program with a race is made as the build is, and the race must be seen.
END
}

here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/tsan
case ${1:-} in -h | --help) usage; exit 0 ;; esac
if [[ ${1:-} == */* ]]; then build=$(cd "$1" && pwd); shift; fi
part=${1:-}
case $part in http | echo | tools | units) shift ;; *) usage >&2; exit 2 ;; esac
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/integration/server.sh
. "$here/server.sh"

grep -qs 'CMAKE_CXX_FLAGS:.*-fsanitize=thread' "$build/CMakeCache.txt" || {
    echo "$build is no build with ThreadSanitizer: run 'cmake --preset tsan' and build it" >&2
    exit 2
}
htstress=$build/htstress
bench=$build/bench
echo_traffic=$here/../../build/release/test/integration/echo_traffic
needed=("$build/user-http-server" "$build/user-echo-server" "$htstress" "$bench")
[ "$part" != echo ] || needed+=("$echo_traffic")
for program in "${needed[@]}"; do
    [ -x "$program" ] || { echo "$program is missing: build it, by scripts/check tsan" >&2; exit 2; }
done

models=(thread thread-pool select poll epoll-lt epoll-et io_uring)
[ $# -eq 0 ] || models=("$@")

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ktcp-threads.XXXXXX")
started=()
server=
cleanup() {
    local process
    for process in "${started[@]}" $server; do kill -KILL "$process" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap cleanup EXIT
# Reports go to files of their own: what a program says is looked at for other reasons.
export TSAN_OPTIONS="exitcode=66:log_path=$scratch/race:history_size=4"

# no_race WHAT: since the last call.
no_race() {
    local reports=("$scratch"/race.*)
    if [ ! -e "${reports[0]}" ]; then ok "$1: no race"; return; fi
    head -n 60 "${reports[0]}" | sed 's/^/  /'
    not_ok "$1: $(cat "${reports[@]}" | grep -c '^WARNING: ThreadSanitizer') reports"
    rm -f "${reports[@]}"
}

# The race that must be seen. ThreadSanitizer knows where a process' memory may lie; kernels that
# move it about further (vm.mmap_rnd_bits above 28) end it at once, unless they are told not to.
randomly=()
prove() {
    local flags status
    flags=$(sed -n 's/^CMAKE_CXX_FLAGS:[A-Z]*=//p' "$build/CMakeCache.txt")
    cat >"$scratch/race.cc" <<'END'
#include <thread>
int shared;
int main() {
    std::thread other([] { shared = 1; });
    shared = 2;
    other.join();
    return 0;
}
END
    # shellcheck disable=SC2086 # flags are words
    c++ -std=c++20 -g1 -O1 $flags -pthread -o "$scratch/racer" "$scratch/race.cc"
    rm "$scratch/race.cc"
    for randomly in '' 'setarch -R'; do
        read -r -a randomly <<<"$randomly"
        status=0
        "${randomly[@]}" "$scratch/racer" >"$scratch/racer.log" 2>&1 || status=$?
        [ $status -ne 66 ] || break
    done
    if [ $status -eq 66 ] && grep -qs 'data race' "$scratch"/race.*; then
        ok "a race is seen${randomly[*]:+ (memory where it always is: ${randomly[*]})}"
        rm -f "$scratch"/race.*
    else
        cat "$scratch/racer.log" "$scratch"/race.* 2>/dev/null | head -n 20 >&2
        echo "ThreadSanitizer saw no race in a program that has one (status $status)" >&2
        exit 2
    fi
}

# start PROGRAM OPTION...: sets $server and $address.
start() {
    : >"$scratch/log"
    "${randomly[@]}" "$@" --port 0 --listen 127.0.0.1 --drain-timeout 3000 2>"$scratch/log" >&2 &
    server=$!
    await_port "${1##*/} $*"
}

# background COMMAND...: until end_background.
background() {
    "${randomly[@]}" "$@" >"$scratch/background.${#started[@]}" 2>&1 &
    started+=($!)
}
end_background() {
    local process
    for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
    for process in "${started[@]}"; do wait "$process" 2>/dev/null || true; done
    started=()
}

# asks_for_counters, changes_files: for background.
asks_for_counters() {
    while kill -USR1 "$1" 2>/dev/null; do sleep 0.05; done
}
changes_files() {
    local i=0
    while i=$(((i + 7) % files)); do
        printf '%s\n' "$RANDOM$RANDOM" >>"$tree/many/$i"
        if [ $((i % 5)) -eq 0 ]; then
            cp "$tree/many/$i" "$tree/new.$i" && mv "$tree/new.$i" "$tree/many/$i"
        fi
        sleep 0.02
    done
}

# ends WHAT [again]: SIGTERM while clients are at work, and perhaps another at once, which gives up
# on them: that is status 1, unless there was nothing left to give up on.
ends() {
    local status=0
    kill -TERM "$server"
    [ -z "${2:-}" ] || kill -TERM "$server" 2>/dev/null || true
    wait "$server" || status=$?
    server=
    [ -z "${2:-}" ] || [ $status -ne 1 ] || status=0
    equal "$1: SIGTERM${2:+ twice} under traffic: status" 0 $status
    [ $status -eq 0 ] || sed 's/^/  /' "$scratch/log"
    end_background
}

# counter NAME: as the server said last.
counter() { grep -o " $1 [0-9]*" "$scratch/log" | tail -n 1 | cut -d ' ' -f 3; }

# workers_of MODEL: as many as there are clients, where each keeps a worker.
workers_of() {
    case $1 in thread) echo 1 ;; thread-pool) echo 16 ;; *) echo 3 ;; esac
}

tree=$scratch/tree
files=60
make_files() {
    local i
    mkdir -p "$tree/many"
    chmod 755 "$scratch" "$tree"
    for i in $(seq 0 $((files - 1))); do
        printf '%*s\n' $((500 + i * 700)) "file $i" >"$tree/many/$i"
    done
    cat "$tree/many/"* >"$tree/large"
}

http() {
    local model=$1
    start "$build/user-http-server" --root "$tree" --model "$model" \
        --threads "$(workers_of "$model")" --cache-size 300000 --cache-entries 40 \
        --max-per-address 1000 --sort-memory 300000
    background asks_for_counters "$server"
    background changes_files
    # Not 4xx and 5xx, but what changes under a request may cut an answer short.
    "${randomly[@]}" "$htstress" -n 1200 -t 2 -c 2 -k --spread $files --accept-encoding gzip \
        "http://$address/many/{}" >"$scratch/client" 2>&1 || true
    "${randomly[@]}" "$htstress" -n 150 -t 2 -c 2 "http://$address/many/" >>"$scratch/client" 2>&1 || true
    sleep 0.2
    check "$model: $(counter requests) requests were served" test "$(counter requests)" -ge 1300
    check "$model: $(counter cache_evictions) answers gave room to others" \
        test "$(counter cache_evictions)" -gt 0
    background "$htstress" -t 2 -c 2 -k "http://$address/large"
    background "$htstress" -t 1 -c 2 --spread $files "http://$address/many/{}"
    sleep 0.3
    ends "$model"
    no_race "$model"
    start "$build/user-http-server" --root "$tree" --model "$model" --threads "$(workers_of "$model")"
    background "$htstress" -t 2 -c 2 -k "http://$address/large"
    sleep 0.3
    ends "$model" again
    no_race "$model, at once"
}

echo_() {
    local model=$1 traffic status=0
    start "$build/user-echo-server" --model "$model" --threads "$(workers_of "$model")"
    background asks_for_counters "$server"
    check "$model: bench, persistent" "${randomly[@]}" "$bench" --port "${address##*:}" --persistent \
        -t 2 -c 3 -n 3000 --unique
    check "$model: bench, a connection each time" "${randomly[@]}" "$bench" --port "${address##*:}" \
        --persistent --reconnect -t 2 -c 2 -n 300
    "$echo_traffic" "$address" --each 2 --deaf 1 --silent 2 --seconds 60 >"$scratch/traffic" &
    traffic=$!
    sleep 1
    ends "$model"
    kill $traffic
    wait $traffic || status=$?
    equal "$model: the clients' own verdict ($(tail -n 1 "$scratch/traffic"))" 0 $status
    no_race "$model"
}

# tool WHAT COMMAND...
tool() {
    local what=$1
    shift
    check "$what" "${randomly[@]}" "$@"
    no_race "$what"
}

tools() {
    start "$build/user-http-server" --root "$tree" --threads 2
    printf '%s\n' '3 /many/1' '/many/2' '/large' >"$scratch/urls"
    local url=http://$address/many/3
    tool "htstress, by number" "$htstress" -t 4 -c 3 -n 2000 "$url"
    tool "htstress, keep-alive" "$htstress" -t 4 -c 3 -n 4000 -k -p 4 --warmup 200 --verify "$url"
    tool "htstress, by time" "$htstress" -t 4 -c 2 -D 1 -k --csv-seconds "$scratch/csv" --plot "$url"
    tool "htstress, by rate" "$htstress" -t 3 -c 2 -R 300 -D 1 -k "$url"
    tool "htstress, several URLs" "$htstress" -t 3 -c 2 -n 900 -k --urls "$scratch/urls" \
        --verify --json "$scratch/json" "$url"
    background "$htstress" -t 4 -c 2 -k "$url"
    sleep 0.5
    end_background
    no_race "htstress, ended by SIGTERM"
    kill -KILL "$server"; wait "$server" 2>/dev/null || true
    start "$build/user-echo-server" --threads 2
    local port=${address##*:}
    tool "bench, rounds" "$bench" --port "$port" -t 100 -r 5 --unique -o "$scratch/bench.txt"
    tool "bench, persistent, by number" "$bench" --port "$port" --persistent -t 4 -c 5 -n 5000 --warmup 500
    tool "bench, persistent, by time" "$bench" --port "$port" --persistent -t 4 -c 5 -D 1 --unique
    tool "bench, a connection each time" "$bench" --port "$port" --persistent --reconnect -t 4 -c 2 -n 600
    tool "bench, no server" bash -c '! "$@"' - "$bench" --port 1 -t 20 -r 2 --timeout 2 -o "$scratch/bench.txt"
    kill -KILL "$server"; wait "$server" 2>/dev/null || true
    server=
}

# Models of processes share by atomics alone, which ThreadSanitizer does not follow across a fork.
units() {
    local user=$build/test/unit/user/user_test
    tool "user: servers" "$user" --gtest_brief=1 \
        '--gtest_filter=*Server*-*fork*:*Process*:*KilledChild*'
    tool "user: what workers share" "$user" --gtest_brief=1 \
        '--gtest_filter=AddressLimit*:CacheBudget*:-*Killed*'
    tool "tools" "$build/test/unit/tools_support/tools_support_test" --gtest_brief=1
    tool "htstress" "$build/test/unit/htstress/htstress_test" --gtest_brief=1
    tool "bench" "$build/test/unit/bench/bench_test" --gtest_brief=1
}

prove
make_files
case $part in
http) for model in "${models[@]}"; do http "$model"; done ;;
echo) for model in "${models[@]}"; do echo_ "$model"; done ;;
tools) tools ;;
units) units ;;
esac
report_end
