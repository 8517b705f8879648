#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/integration/user_cache.sh [BUILD_DIRECTORY]

Tests what user-http-server keeps in memory, as its clients see it: that each change of a
file or a directory is seen by the next request, that budgets hold, what it counts, and
that a killed child's share is given back. The program is that of BUILD_DIRECTORY, or
build/release.
END
}

here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then usage; exit 0; fi
build=${1:-$here/../../build/release}
program=$build/user-http-server
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/integration/server.sh
. "$here/server.sh"
[ -x "$program" ] || { echo "$program is missing: run 'cmake --build --preset release'" >&2; exit 2; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ktcp-user-cache.XXXXXX")
server=
cleanup() {
    if [ -n "$server" ]; then kill -KILL "$server" 2>/dev/null || true; fi
    chmod -R u+rwX "$scratch" 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT
tree=$scratch/tree
mkdir "$tree"
chmod 755 "$scratch" "$tree"

# start OPTION...: as a user who does not own the files, if we are root; sets $server.
unprivileged=()
start() {
    : >"$scratch/log" # await_port must not read of the last one
    "${unprivileged[@]}" "$program" --port 0 --listen 127.0.0.1 --root "$tree" "$@" \
        2>"$scratch/log" >&2 &
    server=$!
    await_port user-http-server
}
stop() {
    kill "$server"
    wait "$server" || true
    server=
}

# shellcheck disable=SC2154 # await_port sets it
fetch() { curl -s --max-time 10 "http://$address/$1"; }
status() { curl -s --max-time 10 -o /dev/null -w '%{http_code}' "http://$address/$1"; }

# counter NAME: now.
counter() {
    local lines
    lines=$(wc -l <"$scratch/log")
    kill -USR1 "$server"
    for _ in $(seq 100); do
        [ "$(wc -l <"$scratch/log")" -gt "$lines" ] && break
        sleep 0.02
    done
    tail -n 1 "$scratch/log" | grep -o " $1 [0-9]*" | cut -d' ' -f3
}

# keep PATH: until a request for it is answered by what is kept.
keep() {
    local hits
    for _ in $(seq 100); do
        hits=$(counter cache_hits)
        fetch "$1" >/dev/null
        [ "$(counter cache_hits)" -gt "$hits" ] && return 0
        sleep 0.02
    done
    not_ok "$1 is kept at last"
}

files_change() {
    local file=$tree/dir/file.txt
    mkdir -p "$tree/dir"
    echo one >"$file"
    keep dir/file.txt
    echo two >"$file"
    equal "$1: written to" two "$(fetch dir/file.txt)"
    keep dir/file.txt
    echo three >"$tree/new" && mv "$tree/new" "$file"
    equal "$1: renamed over" three "$(fetch dir/file.txt)"
    keep dir/file.txt
    truncate -s 2 "$file"
    equal "$1: truncated" th "$(fetch dir/file.txt)"
    keep dir/file.txt
    chmod 000 "$file"
    if [ ${#unprivileged[@]} -gt 0 ] || [ "$(id -u)" -ne 0 ]; then
        equal "$1: made unreadable" 403 "$(status dir/file.txt)"
    fi
    chmod 644 "$file"
    keep dir/file.txt
    rm "$file"
    equal "$1: deleted" 404 "$(status dir/file.txt)"
    equal "$1: still deleted" 404 "$(status dir/file.txt)"
    echo four >"$file"
    equal "$1: there again" four "$(fetch dir/file.txt)"
    keep dir/file.txt
    mv "$tree/dir" "$tree/moved"
    equal "$1: its directory was moved" 404 "$(status dir/file.txt)"
    equal "$1: and is found there" four "$(fetch moved/file.txt)"
    rm -r "$tree/moved"
}

listings_change() {
    mkdir "$tree/list" "$tree/list/sub"
    echo 1 >"$tree/list/a"
    keep list/
    echo 2 >"$tree/list/bbb"
    equal "$1: a listing shows what is new" 1 "$(fetch list/ | grep -c '"bbb"')"
    keep list/
    head -c 3000 /dev/zero >"$tree/list/bbb"
    equal "$1: and its new size" 1 "$(fetch list/ | grep -c '3,000\|3000\|2\.9')"
    keep list/
    mv "$tree/list/bbb" "$tree/list/ccc"
    equal "$1: and its new name" 0 "$(fetch list/ | grep -c '"bbb"')"
    keep list/
    rm "$tree/list/ccc"
    equal "$1: and that it is gone" 0 "$(fetch list/ | grep -c '"ccc"')"
    keep list/
    touch -d @1000000000 "$tree/list/sub"
    fetch list/ >"$scratch/before"
    echo 1 >"$tree/list/sub/inner"
    fetch list/ >"$scratch/after"
    refute "$1: and a directory's new date" cmp -s "$scratch/before" "$scratch/after"
    rm -r "$tree/list"
}

if [ "$(id -u)" -eq 0 ]; then
    cp "$program" "$scratch/server"
    chmod 755 "$scratch/server"
    program=$scratch/server
    start
    files_change "as root"
    listings_change "as root"
    stop
    unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
for model in epoll-et io_uring select thread-pool; do
    start --model "$model" --threads 1
    files_change "$model"
    # Workers that serve one client at a time keep no listings.
    [ "$model" = thread-pool ] || listings_change "$model"
    stop
done

# Ten times the budget, by ten clients.
mkdir "$tree/many"
for i in $(seq 500); do head -c 20000 /dev/urandom >"$tree/many/$i"; done
sleep 1.1
start --cache-size 1000000 --threads 2
for _ in $(seq 10); do
    (for i in $(seq 500); do echo "url = http://$address/many/$((RANDOM % 500 + 1))"; done |
        curl -s --max-time 60 -K - >/dev/null) &
    clients+=($!)
done
wait "${clients[@]}"
at_most "the budget holds" 1000000 "$(counter cache_bytes)"
check "and is used" test "$(counter cache_bytes)" -ge 900000
check "answers were dropped" test "$(counter cache_evictions)" -gt 100
equal "none was out of date" 0 "$(counter cache_stale)"
check "what is sent is what there is" cmp -s "$tree/many/7" <(fetch many/7)
stop

start --cache-size 0
fetch many/1 >/dev/null
fetch many/1 >/dev/null
equal "with cache_size 0 nothing is kept" 0 "$(counter cache_bytes)"
equal "and nothing found" 0 "$(counter cache_hits)"
stop

# A child that is killed cannot give back what it kept.
start --model prefork --threads 1
keep many/1
check "a child keeps something" test "$(counter cache_bytes)" -gt 20000
pkill -KILL -P "$server"
for _ in $(seq 100); do
    [ "$(counter cache_bytes)" = 0 ] && break
    sleep 0.05
done
equal "what a killed child kept is given back" 0 "$(counter cache_bytes)"
equal "and the next one serves" 200 "$(status many/1)"
stop

report_end
