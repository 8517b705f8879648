#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of where-the-time-goes: ftrace writes down each call of khttpd's functions, and of a few of
# TCP's, while some requests are answered; out of that come a table by step and an icicle plot.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
connection=$(case_value connection) bytes=$(case_value bytes 4096) requests=${REQUESTS:-20}
tracing=/sys/kernel/tracing
path=trace-$bytes.html

[[ -e $tracing/current_tracer ]] || mount -t tracefs none $tracing
grep -qw function_graph $tracing/available_tracers ||
  { echo "kernel $(uname -r) lacks CONFIG_FUNCTION_GRAPH_TRACER" && exit; }
mkdir -p "$state" "$root" "$out"
[[ -e $root/$path ]] || head -c "$bytes" /dev/urandom >"$root/$path"
port=$(server_port "$variant")
keep=()
[[ $connection != keep ]] || keep=(-k)
load() {
  "$programs/htstress" "${keep[@]}" -c 1 -n "$1" "http://127.0.0.1:$port/$path" >"$state/htstress.log" 2>&1
}

# TCP's and the socket layer's part, as far as it shows where a step ends. One may be missing in a
# kernel; then its time is its caller's.
beside="kernel_accept inet_csk_accept sock_alloc lock_sock_nested tcp_read_sock tcp_recvmsg tcp_sendmsg
  tcp_sendmsg_locked __tcp_push_pending_frames __tcp_transmit_skb tcp_v4_rcv tcp_close inet_shutdown
  inet_release"

trace() {
  local one
  echo nop >current_tracer
  echo ':mod:khttpd' >set_ftrace_filter
  for one in $beside; do echo "$one" >>set_ftrace_filter 2>/dev/null || echo "no $one"; done
  echo function_graph >current_tracer # its options are there with it only
  for one in funcgraph-cpu funcgraph-proc funcgraph-abstime funcgraph-tail nofuncgraph-irqs \
    nofuncgraph-overhead nosleep-time; do
    echo "$one" >trace_options
  done
  echo 8192 >buffer_size_kb
  # Traced, too: what has been patched is new to the emulator, and to a processor's caches.
  load 20
  echo >trace
  load "$requests"
  echo 0 >tracing_on
  cat trace >"$state/trace.txt"
  echo nop >current_tracer
  echo >set_ftrace_filter
  echo 1 >tracing_on
  echo 1408 >buffer_size_kb
}

start "$variant"
server_ready "$port" "$path"
load 20
cd $tracing
trace
cd /
stop
name=${LAB_SCENARIO:?}.$LAB_WAY.${variant//:/-}.$connection
unit=ns
[[ $LAB_WAY != exact ]] || unit=instructions
python3 "$experiments/../trace/graph_report.py" "$state/trace.txt" --module khttpd --unit $unit \
  --title "$variant: a request for $bytes bytes, ${connection/keep/persistent} connection" \
  --svg "$out/$name.svg" --folded "$out/$name.folded" --table "$out/$name.md" >>"$LAB_LINES"
gzip -c "$state/trace.txt" >"$out/$name.trace.gz"
