# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# The servers that the lab compares: how each is started with one worker and the same document
# root. Sourced where they run; what it needs from the caller: $programs (a folder with our own
# programs and modules), $root, $state, and perhaps server_prefix, words to put before a program.

# All servers of the lab listen in this range, which the guest takes out of what it gives to clients:
# so the plugin knows which end of a connection is the server's.
lab_ports=22010-22099

# In the guest. A thousand clients that send at the same moment overrun the queue of 1000 packets
# that each CPU has for loopback by default; then retransmissions are measured, not servers.
lab_prepare_guest() {
  echo "$lab_ports" >/proc/sys/net/ipv4/ip_local_reserved_ports
  echo 20000 >/proc/sys/net/core/netdev_max_backlog
}

# Ours with cache_size=0 are servers of their own. Of ours, variants can be named too:
#   khttpd[:MODEL[:bound|:unbound]][:PARAMETER=VALUE...]   user-http-server[:MODEL][:OPTION=VALUE...]
# MODEL as their documentation says, PARAMETER a module's parameter, OPTION without its two dashes.
all_servers=(khttpd khttpd-uncached user-http-server user-http-server-uncached
  nginx nginx-cached lighttpd h2o)

# server_port NAME
server_port() {
  local i name=$1
  # A variant has the port of what it is a variant of: one server runs at a time.
  [[ $name != khttpd:* && $name != user-http-server:* ]] || name=${name%%:*}
  for i in "${!all_servers[@]}"; do
    [[ ${all_servers[i]} == "$name" ]] && echo $((${LAB_FIRST_PORT:-22010} + i)) && return
  done
  echo "lab: no server is called '$1'; known: ${all_servers[*]} ${lab_other_servers:-}" >&2
  return 1
}

# program_of NAME: what a server's variants are all made of.
program_of() {
  local name=${1%%:*}
  name=${name%-uncached}
  echo "${name%-cached}"
}

# variant_options NAME: a word each for what stands behind the server's name, as it takes them.
variant_options() {
  local words word
  IFS=: read -r -a words <<<"$1"
  for word in "${words[@]:1}"; do
    case ${words[0]}:$word in
      khttpd:bound) echo bench=1 ;;
      khttpd:unbound) echo bench=0 ;;
      khttpd:*=*) echo "$word" ;;
      khttpd:*) echo "model=$word" ;;
      *:*=*) echo "--${word%%=*}" "${word#*=}" ;;
      *) echo --model "$word" ;;
    esac
  done
}

# server_missing NAME: says why it cannot run, or nothing.
server_missing() {
  local program
  program=$(program_of "$1")
  case $program in
    khttpd)
      [[ -r $programs/khttpd.ko ]] || { echo "khttpd.ko is not built (make modules)" && return; }
      [[ $1 != *-uncached ]] || grep -qa 'parmtype=cache_size:' "$programs/khttpd.ko" ||
        echo "this khttpd keeps nothing in any case"
      ;;
    user-http-server)
      [[ -x $programs/$program ]] || { echo "user-http-server is not built (make)" && return; }
      [[ $1 != *-uncached || $("$programs/$program" --help) == *--cache-size* ]] ||
        echo "this user-http-server keeps nothing in any case"
      ;;
    *) command -v "$program" >/dev/null || echo "$program is not installed" ;;
  esac
}

# configuration FILE NAME: the file filled in, its path on stdout. What stands behind #CACHED# and
# #CODING# is a part of it where the server's name or the case asks for it.
configuration() {
  local edits=()
  [[ $2 != *-cached ]] || edits+=(-e 's|#CACHED# ||')
  [[ ${server_codes:-} != 1 ]] || edits+=(-e 's|#CODING# ||')
  mkdir -p "$state/$2"
  sed -e "s|@PORT@|$(server_port "$2")|; s|@ROOT@|$root|; s|@STATE@|$state/$2|; s|@USER@|$(id -un)|" \
    "${edits[@]}" "$servers_folder/$1" >"$state/$2/$1"
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
  local name=$1 port file program options=() command=()
  port=$(server_port "$name")
  program=$(program_of "$name")
  mkdir -p "$state/$name"
  file=$servers_folder/$program.conf
  [[ ! -r $file ]] || file=$(configuration "$program.conf" "$name")
  server_pid=
  case $program in
    khttpd)
      [[ $name != *-uncached ]] || options=(cache_size=0)
      # shellcheck disable=SC2046,SC2086
      insmod "$programs/khttpd.ko" port="$port" backlog=4096 WWWROOT="$root" "${options[@]}" \
        $(variant_options "$name") ${KHTTPD_OPTIONS:-}
      return
      ;;
    user-http-server)
      [[ $name != *-uncached ]] || options=(--cache-size 0)
      # shellcheck disable=SC2046,SC2206,SC2207
      command=("$programs/user-http-server" --port "$port" --root "$root" --threads 1
        "${options[@]}" $(variant_options "$name") ${USER_HTTP_SERVER_OPTIONS:-})
      ;;
    nginx) command=("$(local_program nginx)" -p "$state/$name" -c "$file") ;;
    lighttpd) command=("$(local_program lighttpd)" -D -f "$file") ;;
    h2o) command=("$(local_program h2o)" -m worker -c "$file") ;;
  esac
  ${server_prefix[@]+"${server_prefix[@]}"} "${command[@]}" >"$state/$name/log" 2>&1 &
  server_pid=$!
}

# server_stop NAME PID
server_stop() {
  if [[ $(program_of "$1") == khttpd ]]; then
    rmmod khttpd
  else
    kill "$2" 2>/dev/null || true
    wait "$2" 2>/dev/null || true
  fi
}
