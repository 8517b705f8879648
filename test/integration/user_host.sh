#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/integration/user_host.sh [BUILD_DIRECTORY] [PART...]

Tests user-http-server: starts it on free ports of 127.0.0.1 and runs
  conformance  the conformance cases of each profile
  clients      curl, wget, python's http.client and urllib, ab, h2load
  hosts        several roots by Host
  symlinks     where links may lead, by each rule, while names change places with links
               (SWAP_SECONDS each, 10)
  special      /proc and /dev as roots
  limits       connections of an address, requests, bodies, heads, hidden names
  codings      answers by gzip, deflate, zstd, and files .gz, .zst, .br beside others
  slow         clients that read one byte a second
  sorting      listings with and without memory to sort them in
  million      a directory of 1,000,000 entries, in constant memory
  trees        whole trees, compared byte by byte: /usr/share/doc (CHECK_DOC names
               another), odd names, 10,000 entries, a sparse 5 GB file
  hostile      clients that misbehave, and IDLE_CLIENTS (1000) silent ones
  process      options, signals, exit codes
All of them, unless PARTs are named. The programs are those of BUILD_DIRECTORY (a path
with a '/'), or build/release. Builds with sanitizers get less to do.
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
# shellcheck source=test/integration/clients.sh
. "$here/clients.sh"
# shellcheck source=test/integration/trees.sh
. "$here/trees.sh"
# shellcheck source=test/integration/server.sh
. "$here/server.sh"
# shellcheck source=test/integration/host_roots.sh
. "$here/host_roots.sh"
# shellcheck source=test/integration/host_limits.sh
. "$here/host_limits.sh"
# shellcheck source=test/integration/host_codings.sh
. "$here/host_codings.sh"

program=$build/user-http-server
# The server is what is tested: its clients need no sanitizers, and are quicker without.
clients=$build
[ -z "$sanitized" ] || clients=$here/../../build/release
conformance_client=$clients/test/conformance/conformance_client
make_tree=$clients/test/conformance/make_tree
tree_compare=$clients/test/integration/tree_compare
idle_clients=$clients/test/integration/idle_clients
rude_clients=$clients/test/integration/rude_clients
swap_race=$clients/test/integration/swap_race
for tool in "$program" "$conformance_client" "$make_tree" "$tree_compare" "$swap_race"; do
    [ -x "$tool" ] || { echo "$tool is missing: run 'cmake --build --preset release'" >&2; exit 2; }
done

# What is kept of tmpfs, as /tmp may be, is made anew each second (user/posix_files.cc), and the
# parts that count how often something is made want none of that.
scratch=${TMPDIR:-/tmp}
[ "$(stat -f -c %T "$scratch")" != tmpfs ] || scratch=/var/tmp
scratch=$(mktemp -d "$scratch/ktcp-user-host.XXXXXX")
server=
cleanup() {
    if [ -n "$server" ]; then kill -KILL "$server" 2>/dev/null || true; fi
    chmod -R u+rwX "$scratch" 2>/dev/null || true
    rm -rf "$scratch" ${million:+"$million"}
}
trap cleanup EXIT
# Beneath a directory of its own, so that "outside the root" is under control, too.
tree=$scratch/WWW
"$make_tree" "$tree"
echo 'outside the root' >"$scratch/outside.txt"
echo 'outside the root' >"$scratch/outside.html"

# start OPTION...: sets $server and $address.
start() {
    # The root's own shell may have left few descriptors; the server needs one a client.
    ulimit -n "$(ulimit -Hn)"
    : >"$scratch/log" # await_port must not read of the last one
    "$program" --port 0 --listen 127.0.0.1 "$@" 2>"$scratch/log" >&2 &
    server=$!
    await_port user-http-server
}

# stop [SIGNAL]: waits; the status is the server's.
stop() {
    local status=0
    kill -"${1:-TERM}" "$server"
    wait "$server" || status=$?
    server=
    return "$status"
}

# ends [SIGNAL]
ends() {
    local status=0
    stop "${1:-TERM}" || status=$?
    equal "SIG${1:-TERM} ends the server: status" 0 "$status"
}

part_conformance() {
    local profile options
    for profile in $(profile_names); do
        mapfile -t options < <(profile_options "$profile" "$tree")
        start "${options[@]}"
        check "conformance, profile $profile" \
            "$conformance_client" "$address" --profile "$profile"
        ends
    done
    if [ "$(id -u)" -eq 0 ]; then
        # Root reads every file; a server for the public has no business to be root.
        chmod 711 "$scratch"
        program_as_root=$program
        cp "$program" "$scratch/server"
        printf '#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups %s "$@"\n' \
            "$scratch/server" >"$scratch/unprivileged"
        chmod 755 "$scratch/unprivileged" "$scratch/server"
        program=$scratch/unprivileged
        mapfile -t options < <(profile_options tree "$tree")
        start "${options[@]}"
        program=$program_as_root
    else
        mapfile -t options < <(profile_options tree "$tree")
        start "${options[@]}"
    fi
    check "conformance of files, as a user who cannot read all of them" \
        "$conformance_client" "$address" --unprivileged --case '*file*'
    ends
}

part_clients() {
    start --root "$tree"
    clients_all "http://$address" $((sanitized ? 2000 : 20000))
    ends
}

part_trees() {
    start --root "$tree"
    check "the odd tree" "$tree_compare" "$tree" "$address" --connections 4
    ends
    start --root "$tree" --list-hidden
    check "the same, with hidden names" "$tree_compare" "$tree" "$address" --connections 4 --hidden
    ends
    start --root "${CHECK_DOC:-/usr/share/doc}"
    check "all of ${CHECK_DOC:-/usr/share/doc}, over 8 connections" \
        "$tree_compare" "${CHECK_DOC:-/usr/share/doc}" "$address" --connections 8
    ends
    # The size is the engine's business, which other tests run sanitized, too.
    [ -z "$sanitized" ] || return 0
    trees_make_large "$scratch/large"
    start --root "$scratch/large"
    check "10,000 entries and a sparse 5 GB file" \
        "$tree_compare" "$scratch/large" "$address" --connections 4
    ends
}

part_hostile() {
    local options idle=${IDLE_CLIENTS:-1000}
    mapfile -t options < <(profile_options tree "$tree")
    start "${options[@]}"
    check "clients that misbehave" "$rude_clients" "$address" --each 40
    ends
    # A sanitizer's shadow memory is no measure of speed.
    [ -z "$sanitized" ] || return 0
    start --root "$tree"
    check "$idle silent clients" \
        "$idle_clients" "$address" "$idle" --name user-http-server --target /hello.txt --least 0.6 --rounds 5 --time 1000
    check "$idle clients with half a head" \
        "$idle_clients" "$address" "$idle" --name user-http-server --target /hello.txt --least 0.6 --time 1000 \
        --rounds 3 --half-heads
    ends
}

part_process() {
    local begin status
    refute "a root that is not there is refused" "$program" --port 0 --root "$scratch/nowhere"
    refute "a root that is a file is refused" "$program" --port 0 --root "$tree/hello.txt"
    refute "an unknown option is refused" "$program" --port 0 --no-such-option
    refute "a time-out of 0 is refused" "$program" --port 0 --idle-timeout 0
    refute "head_size beyond the buffer is refused" "$program" --port 0 --head-size 8193
    refute "a rule for links that there is not is refused" "$program" --port 0 --symlinks maybe
    refute "a host without a directory is refused" "$program" --port 0 --host name
    refute "a host's root that is not there is refused" "$program" --port 0 --host "a=$scratch/nowhere"
    refute "the same host twice is refused" "$program" --port 0 --host "a=$tree" --host "A=$tree"
    refute "a Cache-Control that ends the head is refused" \
        "$program" --port 0 --cache-control $'a\r\n\r\nb'
    check "--help" "$program" --help
    start --root "$tree" --drain-timeout 2000 --send-timeout 60000
    refute "a port that is taken is refused" \
        timeout 10 "$program" --listen 127.0.0.1 --port "${address#*:}"
    "$rude_clients" "$address" --each 30 --hold 20 >"$scratch/hold" &
    local holder=$!
    for _ in $(seq 100); do
        grep -q '^holding' "$scratch/hold" && break
        sleep 0.05
    done
    begin=$(date +%s%N)
    status=0
    stop || status=$?
    equal "SIGTERM with 180 clients in mid-transfer: status" 0 "$status"
    at_most "the drain takes at most 2000 ms, and a little" 4000 \
        $((($(date +%s%N) - begin) / 1000000))
    status=0
    wait "$holder" || status=$?
    equal "all clients were ended" 0 "$status"
    start
    ends INT
}

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(conformance clients codings hosts symlinks special limits slow sorting
    million trees hostile process)
for part in "${parts[@]}"; do
    declare -F "part_$part" >/dev/null || { echo "unknown part '$part': see --help" >&2; exit 2; }
    "part_$part"
done
report_end
