# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# bpftrace around a load, where the machine has what it needs. Sourced by scripts that have sourced
# script.sh.
: "${state:?}"

tracefs=/sys/kernel/tracing

# bpf_missing FUNCTION...: says why it cannot run here, or nothing.
bpf_missing() {
  local function
  command -v bpftrace >/dev/null || { echo "bpftrace is missing; run: scripts/setup bench" && return; }
  [[ $(id -u) == 0 ]] || { echo "bpftrace needs root" && return; }
  [[ -r /sys/kernel/btf/vmlinux ]] ||
    { echo "kernel $(uname -r) tells no types (no /sys/kernel/btf/vmlinux: CONFIG_DEBUG_INFO_BTF), which the scripts need" && return; }
  [[ -r $tracefs/available_filter_functions ]] || mount -t tracefs none $tracefs 2>/dev/null || true
  [[ -r $tracefs/available_filter_functions ]] || { echo "no tracefs in $tracefs: the kernel lacks CONFIG_FTRACE" && return; }
  for function; do
    grep -q "^$function\( \|\$\)" $tracefs/available_filter_functions ||
      { echo "kernel $(uname -r) has no function $function that can be traced" && return; }
  done
}

# bpf_around SCRIPT PORT COMMAND...: what (with its counts) SCRIPT printed, as JSON lines, in $state/bpf.jsonl; false
# where it could not be attached (what it said is in $state/bpf.log).
bpf_around() {
  local script=$1 port=$2 pid function needed until=$((SECONDS + 120)) status=0
  shift 2
  bpftrace -f json "$script" "$port" 1 >"$state/bpf.jsonl" 2>"$state/bpf.log" &
  pid=$!
  # All probes sit where the kernel's own tracing does, which says when they are there.
  needed=$(sed -nE 's/^k(ret)?probe:([a-z0-9_]+).*/\2/p' "$script" | sort -u)
  for function in $needed; do
    until grep -q "^$function " $tracefs/enabled_functions; do
      if ! kill -0 $pid 2>/dev/null || ((SECONDS >= until)); then
        kill $pid 2>/dev/null || true
        return 1
      fi
      sleep 0.2
    done
  done
  "$@" || status=1
  kill -INT $pid
  wait $pid || status=1
  return $status
}
