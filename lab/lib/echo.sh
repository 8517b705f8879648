# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# One echo server, one case, one window. Sourced where the servers run; what it needs from the
# caller: $programs, $state, REQUESTS, perhaps DURATION, and perhaps client_prefix, words to put
# before the load generator. servers/echo_servers.sh must have been sourced.

echo_ready() {
  local tries=0
  until "$programs/bench" --persistent -n 1 --port "$echo_port" >/dev/null 2>&1; do
    ((++tries < 100)) || return 1
    sleep 0.1
  done
}

# What the server has to say about it.
echo_show_log() {
  { tail -n 20 "$state/echo.log" 2>/dev/null || true; dmesg 2>/dev/null | tail -n 10; } >&2
}

# echo_length CONNECTIONS: bench's words for how many round trips, or for how long, and how many before that.
echo_length() {
  local n=$REQUESTS
  ((n >= 10 * $1)) || n=$((10 * $1))
  if [[ -n ${DURATION:-} ]]; then
    printf '%s ' -D "$DURATION" --warmup $((200 + 2 * $1))
  else
    printf '%s ' -n "$n" --warmup $((n / 4 + 2 * $1))
  fi
}

# echo_load MODE SIZE CONNECTIONS THREADS: result and bench.log in $state; says what went wrong.
# MODE keep: persistent connections; new: a connection per round trip.
echo_load() {
  local length how=(--persistent)
  read -ra length <<<"$(echo_length "$3")"
  [[ $1 != new ]] || how+=(--reconnect)
  echo_ready || { echo "does not answer"; return 0; }
  ${client_prefix[@]+"${client_prefix[@]}"} "$programs/bench" "${how[@]}" --marker \
    --port "$echo_port" --size "$2" -t "$4" -c $(($3 / $4)) "${length[@]}" \
    --timeout "${ECHO_TIMEOUT:-20}" --json "$state/result" >"$state/bench.log" 2>&1 ||
    tail -n 1 "$state/bench.log"
}

# echo_window NAME MODE SIZE CONNECTIONS THREADS: leaves result ("null" without one) and fault.
# around_echo, where there is one, is called with echo_load's words in its place.
echo_window() {
  local name=$1
  shift
  result=null fault=
  rm -f "$state/result" "$state/echo.log"
  if echo_start "$name"; then
    fault=$("${around_echo:-echo_load}" "$@")
    if declare -F echo_loaded >/dev/null; then echo_loaded "$name"; fi
    echo_stop "$name" "$server_pid"
  else
    fault="does not start"
  fi
  [[ ! -s $state/result ]] || result=$(<"$state/result")
  fault=${fault//\\/}
  fault=${fault//\"/}
}

# echo_fault_known NAME FAULT: workers that block for as long as a connection lasts are known to run
# out, and so do servers that serve one client after the other.
echo_fault_known() {
  [[ $1 =~ ^(kecho:cmwq|user-echo-server:(iterative|prefork|thread-pool)) && $2 == *"timed out"* ]]
}
