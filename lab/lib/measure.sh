# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# One case after the other, one server after the other, round after round; a line of runs.jsonl for
# each window. Sourced by guest_measure and native_measure, which say how a window is counted:
#   around_window COMMAND...   runs the load; prints members to add to the line of runs.jsonl, each
#                              with a comma before it, or nothing
# and what else they want: client_prefix (words before the load generator), after_window NAME (while
# the server still runs), window (number of the first one).

ready() {
  local tries=0 until=$((SECONDS + 30))
  until "$programs/htstress" -n 1 -k --timeout 5 "http://127.0.0.1:$1/ready.html" >/dev/null 2>&1; do
    # A refused connection is soon over; an answer that does not come is not.
    ((++tries < 200 && SECONDS < until)) || return 1
    sleep 0.05
  done
}

# coding_fields: what the client sends to ask for the case's coding.
coding_fields() {
  [[ $coding == identity ]] || echo "Accept-Encoding: $coding"
}

# content_of NAME RESOURCE [NUMBER]: what the server sends for it, decoded, is right? Prints nothing
# then, "not offered" where it has no such coding, else what is wrong.
content_fault() {
  local path field got
  path=$(path_of "$2" "${3:-}")
  field=$(coding_fields)
  curl -s --max-time 60 ${field:+-H "$field"} -D "$state/head" -o "$state/body" \
    "http://127.0.0.1:$(server_port "$1")/$path" || { echo "no answer for $path"; return; }
  got=$(tr -d '\r' <"$state/head" | sed -n 's/^content-encoding: *//Ip')
  if [[ ${got:-identity} != "$coding" ]]; then
    # A coding that is made at leisure may come with the next request.
    [[ -n ${4:-} ]] && echo "not offered" && return
    sleep 0.5
    content_fault "$1" "$2" "${3:-}" again
    return
  fi
  case $coding in
    gzip) gzip -dc <"$state/body" >"$state/plain" ;;
    zstd) zstd -qdc <"$state/body" >"$state/plain" ;;
    *) cp "$state/body" "$state/plain" ;;
  esac
  case $2 in
    list-*) grep -q "$(printf '%05d.html' "${2#*-}")" "$state/plain" || echo "a listing without its last entry" ;;
    *) cmp -s "$state/plain" "$root/$path" || echo "a wrong body for $path" ;;
  esac
}

# requests_for: of the case; enough for a steady state, in a time that can be waited for.
requests_for() {
  local n=$REQUESTS
  if [[ $state_of_cache == cold ]]; then
    n=$(cold_count "$resource" "$COLD")
    echo $((n * 4 / 5)) # the first fifth warms the server up
    return
  fi
  case $resource in
    list-*) n=$((n / 25)) ;;
    *) ((${resource#*-} <= 65536)) || n=$((n / 25)) ;;
  esac
  [[ $mode == keep ]] || n=$((n / ${NEW_COSTS:-1}))
  ((n >= 10 * connections || n * 25 <= REQUESTS)) || n=$((10 * connections))
  ((n >= 3 * connections)) || n=$((3 * connections))
  echo "$n"
}

declare -A checked=()

# measure NAME: one window of the case that has been read.
measure() {
  local name=$1 n url flags=(-t "$threads" -c $((connections / threads))) warmup more fault what
  what="$name, $resource, $mode:$connections, $coding, $state_of_cache"
  [[ $mode == new ]] || flags+=(-k)
  [[ $coding == identity ]] || flags+=(--field "$(coding_fields)")
  n=$(requests_for)
  url=http://127.0.0.1:$(server_port "$name")/
  server_codes=0
  [[ $question != coding ]] || server_codes=1
  server_start "$name"
  if ! ready "$(server_port "$name")"; then
    echo "lab: $name does not answer; its log:" >&2
    { tail -n 20 "$state/$name/log" 2>/dev/null || dmesg | tail -n 20; } >&2
    server_stop "$name" "$server_pid"
    return 1
  fi
  if [[ $state_of_cache == cold ]]; then
    warmup=$((n / 4))
    flags+=(--spread $((n + warmup)))
    url+=$(path_of "$resource" "{}")
  else
    warmup=$((n / 4 + connections))
    url+=$(path_of "$resource")
    # What is measured must be the right thing.
    if ((round == 1)); then checked[$name $word]=$(content_fault "$name" "$resource"); fi
    fault=${checked[$name $word]:-}
    if [[ -n $fault ]]; then
      ((round > 1)) || echo "lab: $what: $fault" >&2
      server_stop "$name" "$server_pid"
      [[ $fault == "not offered" ]]
      return
    fi
  fi
  rm -f "$state/result"
  fault=0
  more=$(around_window ${client_prefix[@]+"${client_prefix[@]}"} "$programs/htstress" "${flags[@]}" --timeout 300 \
    --json "$state/result" "$url" "$n" "$warmup") || fault=1
  ((!fault)) || {
    echo "lab: htstress was not content with $what:" >&2
    grep -E 'htstress:|bad|errors' "$state/htstress.log" >&2 || tail -n 3 "$state/htstress.log" >&2
  }
  after_window "$name"
  server_stop "$name" "$server_pid"
  [[ -s $state/result ]] || return 1
  printf '{"question": "%s", "server": "%s", "resource": "%s", "mode": "%s", "connections": %s, "threads": %s, "coding": "%s", "state": "%s", "round": %s, "window": %s%s, "result": %s}\n' \
    "$question" "$name" "$resource" "$mode" "$connections" "$threads" "$coding" "$state_of_cache" "$round" \
    "$window" "$more" "$(<"$state/result")" >>"$out/runs.jsonl"
  window=$((window + 1))
  echo "round $round: $what: $(sed -n 's|requests/sec: *||p' "$state/htstress.log") /s" >&2
  return $fault
}

# servers_here: those of SERVERS that can run.
servers_here() {
  local name why
  for name in $SERVERS; do
    why=$(server_missing "$name")
    if [[ -n $why ]]; then echo "lab: leaving out $name: $why" >&2; else echo "$name"; fi
  done
}

# measure_all: CASES, SERVERS and ROUNDS; false if a window failed.
measure_all() {
  local word name names failed=0
  names=$(servers_here)
  mkdir -p "$root"
  tar -C "$root" -xf "$WWW"
  : >"$out/runs.jsonl"
  for ((round = 1; round <= ROUNDS; round++)); do
    for word in $CASES; do
      read_case "$word"
      for name in $names; do
        measure "$name" || failed=1
      done
    done
  done
  return $failed
}
