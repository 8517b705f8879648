#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of idle-clients: a server with so many silent clients, the memory they cost, and then
# the speed at which it answers 16 others.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
idle=$(case_value idle)
first_wait=5 # seconds for an answer; a server that gives none serves nobody else

mkdir -p "$state" "$root"
printf '%012d' 0 >"$root/idle.html"
# Nobody is to be given up for his silence, or refused.
export KHTTPD_OPTIONS="idle_timeout=86400000 ${KHTTPD_OPTIONS:-}"
export USER_HTTP_SERVER_OPTIONS="--idle-timeout 86400000 ${USER_HTTP_SERVER_OPTIONS:-}"
mkdir -p "$state/idle-servers"
sed 's/^\( *worker_connections\) .*/\1 65536;/; s/^\( *keepalive_timeout\) .*/\1 24h; client_header_timeout 24h;/' \
  "$servers_folder/nginx.conf" >"$state/idle-servers/nginx.conf"
sed -i 's/^worker_rlimit_nofile .*/worker_rlimit_nofile 70000;/' "$state/idle-servers/nginx.conf"
ulimit -n 1000000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
with_setting kernel.threads-max 4000000 || true

# KiB that the kernel itself has: all memory but what is free (on the CPUs' own lists, too), cached
# from files, or a program's.
kernel_memory() {
  awk '/^MemTotal:/ { sum += $2 }
      /^(MemFree|Buffers|Cached|AnonPages):/ { sum -= $2 }
      $1 == "count:" { sum -= $2 * 4 }
      END { print sum }' /proc/meminfo /proc/zoneinfo
}

# The same once it rests: what RCU has yet to free is gone, and so are file names that nobody uses.
settled_memory() {
  local now before=0 tries
  [[ $LAB_WAY == native ]] || echo 2 >/proc/sys/vm/drop_caches
  sleep 1
  for ((tries = 0; tries < 10; tries++)); do
    now=$(kernel_memory)
    ((now - before > 128 || before - now > 128)) || break
    before=$now
    sleep 0.5
  done
  echo "$now"
}

# KiB that the server's processes have for themselves, libraries and program text apart.
process_memory() {
  local pid
  for pid in $(server_pids); do
    cat "/proc/$pid/smaps_rollup" 2>/dev/null || true
  done | awk '/^Pss:/ { sum += $2 } /^Pss_File:/ { sum -= $2 } END { print sum + 0 }'
}

# Of the whole machine, the kernel's included; natively of the server alone.
threads() {
  local pid
  if [[ $LAB_WAY == native ]]; then
    for pid in $(server_pids); do ls "/proc/$pid/task"; done | wc -l
  else
    sed 's|.*/\([0-9]*\) .*|\1|' /proc/loadavg
  fi
}

# start_holder PORT: orders by `tell`.
start_holder() {
  rm -f "$state"/{orders,answers}
  mkfifo "$state/orders" "$state/answers"
  "${client_prefix[@]}" python3 "$experiments/hold_clients.py" "$1" <"$state/orders" >"$state/answers" &
  holder=$! helpers+=($!)
  exec {orders}>"$state/orders" {answers}<"$state/answers"
}
tell() {
  local answer
  echo "$*" >&"$orders"
  read -r -u "$answers" answer || answer="stuck 0 the holder has died"
  echo "$answer"
}
end_holder() {
  kill "$holder"
  wait "$holder" 2>/dev/null || true
  exec {orders}>&- {answers}<&-
}

# client_end PORT: bytes of kernel memory that one end of a connection costs a program that does
# nothing with it. Measured once; it is what the clients' ends cost here.
client_end() {
  local count=4000 before after acceptor
  if [[ ! -s $state/client_end ]]; then
    : >"$state/acceptor.log"
    # Its standard input never ends; nor does it without being told to.
    python3 "$experiments/hold_clients.py" --accept "$1" < <(exec sleep 600) >"$state/acceptor.log" &
    acceptor=$! helpers+=($!)
    until grep -q ready "$state/acceptor.log"; do
      kill -0 "$acceptor" || return 1
      sleep 0.1
    done
    start_holder "$1"
    [[ $(tell check) == "open 0" ]]
    before=$(settled_memory)
    [[ $(tell hold $count) == "held $count" ]]
    after=$(settled_memory)
    end_holder
    kill "$acceptor"
    wait "$acceptor" 2>/dev/null || true
    sleep 1
    echo $(((after - before) * 1024 / count / 2)) >"$state/client_end"
    echo "one end of a connection costs a plain program $(<"$state/client_end") bytes of kernel memory"
  fi
}

measure() {
  local port own_end='' requests='' memory='' process='' count fault='' per_second='' p50='' p99='' kernel='' user=''
  local before after threads_before process_before length status=0 open
  port=$(server_port "$variant")
  if [[ $LAB_WAY != native && $idle -gt 0 ]]; then
    client_end 22099
    own_end=$(<"$state/client_end")
  fi
  servers_folder=$state/idle-servers
  start "$variant"
  server_ready "$port" idle.html || { write_figures "does not answer" && return; }
  start_holder "$port"
  [[ $(tell check) == "open 0" ]]
  [[ $LAB_WAY == native ]] || before=$(settled_memory)
  process_before=$(process_memory) threads_before=$(threads)
  if ((idle)); then
    read -r open count fault <<<"$(tell hold "$idle")"
    if [[ $open == held ]]; then fault=; else fault="no more than $count clients: $fault"; fi
    # Whoever accepts may lag behind those that connect.
    sleep 1
    if ((count)); then
      [[ $LAB_WAY == native ]] || {
        after=$(settled_memory)
        kernel=$(((after - before) * 1024 / count - own_end))
        memory=$kernel
      }
      process=$(process_memory)
      user=$(((process - process_before) * 1024 / count))
      memory=$((${memory:-0} + user))
    fi
  fi
  echo "threads: $threads_before, then $(threads)"
  local more=$(($(threads) - threads_before))
  if [[ -n ${DURATION:-} && $LAB_WAY != exact ]]; then
    length=(-D "$DURATION" --warmup 200)
  else
    length=(-n "${REQUESTS:-2000}" --warmup 200)
  fi
  rm -f "$state/result"
  # Whether anybody else is served at all must not take the load generator's patience to find out.
  if ! "$programs/htstress" -n 1 -k --timeout $first_wait "http://127.0.0.1:$port/idle.html" >/dev/null 2>&1; then
    fault="starved: with $idle silent clients nobody else is answered within $first_wait s${fault:+; $fault}"
  else
    "${client_prefix[@]}" "$programs/htstress" -k -t 1 -c 16 --timeout 30 --marker "${length[@]}" \
      --json "$state/result" "http://127.0.0.1:$port/idle.html" >"$state/htstress.log" 2>&1 || status=$?
    ((!status)) || fault="htstress: $(grep -E 'bad|errors' "$state/htstress.log" | tr -s ' \n' ' ')"
    window=$LAB_WINDOW requests=$(figure_of "$state/result" requests)
    per_second=$(figure_of "$state/result" requests_per_second)
    p50=$(figure_of "$state/result" latency_us.p50) p99=$(figure_of "$state/result" latency_us.p99)
  fi
  read -r _ open <<<"$(tell check)"
  ((open == ${count:-0})) || fault+="${fault:+; }$((count - open)) of the silent clients were given up"
  [[ $LAB_WAY != exact ]] || per_second='' p50='' p99=''
  write_figures "$fault" count "$requests" per_second "$per_second" p50_us "$p50" p99_us "$p99" kernel_bytes "$kernel" \
    process_bytes "$user" bytes_per_connection "$memory" more_threads "$more" held "${count:-0}"
  end_holder
  stop
}
measure
