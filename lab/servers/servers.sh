# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# The servers that the lab compares: how each is started with one worker and the same document
# root. Sourced in the guest (lab/lib/guest_measure); what it needs from the caller: $programs (a
# folder with our own programs and modules), $root, $state.

# All servers of the lab listen in this range, which the guest takes out of what it gives to clients:
# so the plugin knows which end of a connection is the server's.
lab_ports=22010-22099

# In the guest. A thousand clients that send at the same moment overrun the queue of 1000 packets
# that each CPU has for loopback by default; then retransmissions are measured, not servers.
lab_prepare_guest() {
  echo "$lab_ports" >/proc/sys/net/ipv4/ip_local_reserved_ports
  echo 20000 >/proc/sys/net/core/netdev_max_backlog
}

all_servers=(khttpd user-http-server nginx nginx-cached lighttpd h2o)

# server_port NAME
server_port() {
  local i
  for i in "${!all_servers[@]}"; do
    [[ ${all_servers[i]} == "$1" ]] && echo $((22010 + i)) && return
  done
  echo "lab: no server is called '$1'; known: ${all_servers[*]} ${lab_other_servers:-}" >&2
  return 1
}

# server_missing NAME: says why it cannot run, or nothing.
server_missing() {
  case $1 in
    khttpd) [[ -r $programs/khttpd.ko ]] || echo "khttpd.ko is not built (make modules)" ;;
    user-http-server)
      [[ -x $programs/user-http-server ]] || echo "user-http-server is not built (make)"
      ;;
    nginx-cached) command -v nginx >/dev/null || echo "nginx is not installed" ;;
    *) command -v "$1" >/dev/null || echo "$1 is not installed" ;;
  esac
}

# configuration FILE NAME PORT [CACHE]: the file filled in, its path on stdout.
configuration() {
  mkdir -p "$state/$2"
  sed -e "s|@PORT@|$3|; s|@ROOT@|$root|; s|@STATE@|$state/$2|; s|@CACHE@|${4:-}|" \
    "$servers_folder/$1" >"$state/$2/$1"
  echo "$state/$2/$1"
}

# A program that is measured runs from tmpfs: from 9p each page fault is a request to the host.
local_program() {
  local path
  path=$(command -v "$1")
  mkdir -p "$state/bin"
  [[ -x $state/bin/$1 ]] || cp "$path" "$state/bin/"
  echo "$state/bin/$1"
}

# server_start NAME: leaves the process id in server_pid (empty for a module).
server_start() {
  local name=$1 port file
  port=$(server_port "$name")
  mkdir -p "$state/$name"
  server_pid=
  case $name in
    khttpd)
      # shellcheck disable=SC2086
      insmod "$programs/khttpd.ko" port="$port" backlog=4096 WWWROOT="$root" ${KHTTPD_OPTIONS:-}
      return
      ;;
    user-http-server)
      # shellcheck disable=SC2086
      "$programs/user-http-server" --port "$port" --root "$root" --threads 1 \
        ${USER_HTTP_SERVER_OPTIONS:-} >"$state/$name/log" 2>&1 &
      ;;
    nginx)
      file=$(configuration nginx.conf "$name" "$port")
      "$(local_program nginx)" -p "$state/$name" -c "$file" >"$state/$name/log" 2>&1 &
      ;;
    nginx-cached)
      file=$(configuration nginx.conf "$name" "$port" \
        "open_file_cache max=10000 inactive=300s; open_file_cache_valid 60s;")
      "$(local_program nginx)" -p "$state/$name" -c "$file" >"$state/$name/log" 2>&1 &
      ;;
    lighttpd)
      file=$(configuration lighttpd.conf "$name" "$port")
      "$(local_program lighttpd)" -D -f "$file" >"$state/$name/log" 2>&1 &
      ;;
    h2o)
      file=$(configuration h2o.conf "$name" "$port")
      "$(local_program h2o)" -m worker -c "$file" >"$state/$name/log" 2>&1 &
      ;;
  esac
  server_pid=$!
}

# server_stop NAME PID
server_stop() {
  if [[ $1 == khttpd ]]; then
    rmmod khttpd
  else
    kill "$2" 2>/dev/null || true
    wait "$2" 2>/dev/null || true
  fi
}
