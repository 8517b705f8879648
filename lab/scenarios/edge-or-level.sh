#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of edge-or-level: an echo server that waits by epoll, its instructions, system calls and
# sleeps for a round trip.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
connections=$(case_value connections) size=$(case_value size)
round_trips=${REQUESTS:-2000}
((round_trips >= 10 * connections)) || round_trips=$((10 * connections))
mkdir -p "$state"

# Words for bench. Without markers: the windows of the plugin are of the run that is measured.
load() {
  "${client_prefix[@]}" "$programs/bench" --persistent --port "$echo_port" -t 1 -c "$connections" --size "$size" \
    --json "$state/result" "$@" >"$state/bench.log" 2>&1 || { tail -n 1 "$state/bench.log" && return 1; }
}

# How often the server's threads have slept for want of something to do.
sleeps() { awk '/^voluntary_ctxt_switches/ { sum += $2 } END { print sum }' /proc/"$server_pid"/task/*/status; }

# counted N: the load that is counted; the server has seen the ends of its connections, too.
counted() {
  load -n "$1"
  sleep 0.3
}

# calls FILE COMMAND...: the server's system calls while it runs, as "NAME COUNT" lines in the file; the
# kernel counts them by itself (Documentation/trace/histogram.rst), or natively strace does.
trigger=/sys/kernel/tracing/events/raw_syscalls/sys_enter/trigger
calls() {
  local tracer into=$1
  shift
  : >"$into"
  if [[ $LAB_WAY != native && -e $trigger ]]; then
    echo 'hist:keys=id.syscall,common_pid:size=4096' >$trigger
    "$@"
    sed -nE 's/^\{ id: sys_([a-z0-9_]+) .*common_pid: *([0-9]+) \} hitcount: *([0-9]+)$/\2 \1 \3/p' "${trigger%trigger}hist" |
      while read -r pid name count; do
        [[ ! -d /proc/$server_pid/task/$pid ]] || echo "$name $count"
      done >"$into"
    echo '!hist:keys=id.syscall,common_pid:size=4096' >$trigger
  elif command -v strace >/dev/null; then
    rm -f "$state/strace.log" # the last run's says "attached"
    strace -f -c -U calls,name -o "$state/strace" -p "$server_pid" 2>"$state/strace.log" &
    tracer=$!
    until grep -qs attached "$state/strace.log"; do
      kill -0 $tracer 2>/dev/null || { wait $tracer || true; "$@"; return; }
      sleep 0.05
    done
    "$@"
    kill -INT $tracer
    wait $tracer || true
    awk '$1 ~ /^[0-9]+$/ && $2 != "total" { print $2, $1 }' "$state/strace" >"$into"
  else
    "$@"
  fi
}
# per_round_trip NAMES: how many of these calls.
per_round_trip() {
  awk -v names=" $1 " -v n="$round_trips" '!length(names) || index(names, " " $1 " ") || names == " * " { sum += $2; seen = 1 }
    END { if (NR) printf "%.2f", sum / n }' "$state/calls"
}

# seconds 2, or round trips.
length=(-n "$round_trips" --warmup $((round_trips / 4 + 2 * connections)))
[[ -z ${DURATION:-} || $LAB_WAY == exact ]] || length=(-D "$DURATION" --warmup $((200 + 2 * connections)))
start "$variant"
tries=0
until "$programs/bench" --persistent -n 1 --port "$echo_port" >/dev/null 2>&1; do
  ((++tries < 100)) || { echo "$variant does not answer" && exit 1; }
  sleep 0.1
done
load --marker "${length[@]}"
window=$LAB_WINDOW count=$(figure_of "$state/result" round_trips)
per_second=$(figure_of "$state/result" round_trips_per_second) p99=$(figure_of "$state/result" latency_us.p99)
[[ $LAB_WAY != exact ]] || per_second='' p99=''
# What the plugin counted is told before anything else can fail.
write_figures "" count "$count" per_second "$per_second" p99_us "$p99"
window=
# Connections come and go in both runs: what the longer one has more are its round trips.
few=$((2 * connections)) many=$((2 * connections + round_trips))
slept=()
for n in $few $many; do
  before=$(sleeps)
  counted "$n"
  slept+=($(($(sleeps) - before)))
done
for n in $few $many; do calls "$state/calls.$n" counted "$n"; done
awk 'FILENAME == ARGV[1] { few[$1] += $2; next } { many[$1] += $2 }
    END { for (name in many) print name, many[name] - few[name] }' "$state"/calls.{$few,$many} >"$state/calls"
stop
sort -k2nr "$state/calls" | head -6 | tr '\n' ' '
echo
write_figures "" count "$round_trips" sleeps "$(awk -v n=$((slept[1] - slept[0])) -v of="$round_trips" 'BEGIN { printf "%.3f", n > 0 ? n / of : 0 }')" \
  calls "$(per_round_trip '*')" waits "$(per_round_trip 'epoll_wait epoll_pwait epoll_pwait2')" \
  reads "$(per_round_trip 'recvfrom read recvmsg readv')"
