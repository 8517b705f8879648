#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# How the lab's scripts read cases and servers' names. usage: shell_test.sh FOLDER-OF-THE-LAB
# shellcheck disable=SC2034,SC2154,SC2317 # the scripts that are sourced read, set and call those
set -euo pipefail
lab=$1
state=/nowhere root=/nowhere programs=/nowhere servers_folder=$lab/servers
. "$lab/servers/servers.sh"
. "$lab/servers/echo_servers.sh"
. "$lab/lib/resources.sh"
. "$lab/lib/echo.sh"
failed=0

# expect WHAT EXPECTED COMMAND...
expect() {
  local what=$1 expected=$2 got
  shift 2
  got=$("$@" 2>&1 | tr '\n' ' ' || true)
  got=${got%"${got##*[! ]}"}
  [[ $got == "$expected" ]] || { echo "$what: '$got', expected '$expected'" && failed=1; }
}
case_of() {
  read_case "$1" || { echo wrong && return; }
  echo "$question $resource $mode $connections $threads $coding $state_of_cache"
}

expect "a case" "files 12 keep 20 1 identity warm" case_of files/12/keep:20
expect "threads" "lab 12 new 60 3 identity warm" case_of lab/12/new:60x3/identity
expect "coding and cold" "coding text-65536 keep 20 1 gzip cold" case_of coding/text-65536/keep:20x1/gzip/cold
expect "uneven threads" wrong case_of lab/12/new:60x7
expect "no mode" wrong case_of lab/12/20
expect "no size" wrong case_of lab/huge/keep:1

expect "a model" "model=cmwq bench=1" variant_options khttpd:cmwq:bound
expect "a parameter" "model=event cache_size=0" variant_options khttpd:event:cache_size=0
expect "an option" "--model poll --cache-size 0" variant_options user-http-server:poll:cache-size=0
expect "none" "" variant_options nginx
expect "kecho" "model=event bench=0 backlog=9" kecho_parameters kecho:event:unbound:backlog=9
expect "a program" khttpd program_of khttpd:cmwq:bound
expect "an uncached program" user-http-server program_of user-http-server-uncached
expect "a variant's port" 22010 server_port khttpd:kthread
expect "another's port" 22012 server_port user-http-server:poll

REQUESTS=400
expect "so many" "-n 400 --warmup 102" echo_length 1
expect "ten a connection at least" "-n 10000 --warmup 4500" echo_length 1000
DURATION=0.5
expect "so long" "-D 0.5 --warmup 202" echo_length 1
exit $failed
