# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# On this machine: the processor time that servers take. Sourced behind native.sh.

# Nanoseconds that the server's processes have run so far, by the scheduler's account, which is
# exact while they sleep; and clock ticks in user space and in the kernel.
server_time() {
  local pid
  for pid in $(server_pids); do
    awk -v pid="$pid" '{ ns += $1 } END { printf "%s %.0f ", pid, ns }' /proc/"$pid"/task/*/schedstat
    sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12, $13 }'
  done | awk '{ ns += $2; user += $3; kernel += $4 } END { printf "%.0f %d %d\n", ns, user, kernel }'
}

# around_window COMMAND... REQUESTS WARMUP
around_window() {
  local n=${*: -2:1} warmup=${*: -1} command=("${@:1:$#-2}") before after fault=0
  local TIMEFORMAT='%U %S' client warm=("${command[@]/$state\/result//dev/null}")
  # A file that is to be asked for for the first time must not be warmed up; the server must.
  [[ $state_of_cache != cold ]] ||
    warm=(${client_prefix[@]+"${client_prefix[@]}"} "$programs/htstress" -k -c "$connections"
      "$(sed -E 's|(http://[^/]*)/.*|\1/ready.html|' <<<"${command[-1]}")")
  "${warm[@]}" -n "$warmup" >"$state/htstress.log" 2>&1 || fault=1
  sleep 0.02
  read -ra before < <(server_time)
  client=$({ time "${command[@]}" -n "$n" >"$state/htstress.log" 2>&1; } 2>&1) || fault=1
  sleep 0.05
  read -ra after < <(server_time)
  printf ', "server_ns": %s, "server_ticks": [%s, %s], "client_seconds": %s' \
    $((after[0] - before[0])) $((after[1] - before[1])) $((after[2] - before[2])) \
    "$(awk '{ print $1 + $2 }' <<<"$client")"
  return $fault
}

# Microseconds of the server's processes, of threads and of children that have ended too: in ticks,
# so only for windows of a second or so.
server_us_with_ended() {
  local pid
  for pid in $(server_pids); do sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null || true; done |
    awk -v tick="$(getconf CLK_TCK)" '{ n += $12 + $13 + $14 + $15 } END { printf "%.0f\n", n / tick * 1e6 }'
}
