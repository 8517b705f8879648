# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# For a scenario's own script (how = "script"), which lab/run calls with the variant and the case as
# NAME=VALUE words, and with programs, state, root, out, here and LAB_... in its environment. The
# servers of servers.sh, started and stopped; lines of figures.
set -euo pipefail
: "${programs:?}" "${state:?}" "${root:?}" "${out:?}" "${here:?}" "${LAB_WAY:?}" "${LAB_LINES:?}" "${LAB_WINDOW:?}"
# shellcheck disable=SC2034
experiments=$here/../experiments
servers_folder=$here/../servers
# shellcheck source=lab/servers/servers.sh
. "$servers_folder/servers.sh"
# shellcheck source=lab/servers/echo_servers.sh
. "$servers_folder/echo_servers.sh"
# shellcheck disable=SC2034
variant=$1
shift

# case_value NAME [DEFAULT]: of the case's NAME=VALUE words.
case_words=("$@")
case_value() {
  local word
  for word in "${case_words[@]}"; do
    [[ $word != "$1="* ]] || { echo "${word#*=}" && return; }
  done
  [[ $# -gt 1 ]] || { echo "the case has no $1" >&2 && return 1; }
  echo "$2"
}

# write_figures FAULT [NAME VALUE]...: one line; a figure without a value is left out. `window` is
# the number of the window that a load generator has opened and closed by its markers, if one has.
window=
write_figures() {
  local fault=$1 text='' name
  shift
  while (($# >= 2)); do
    name=$1
    [[ -z $2 ]] || text+="${text:+, }\"$name\": $2"
    shift 2
  done
  fault=${fault//\\/}
  printf '{"figures": {%s}, "fault": "%s"%s}\n' "$text" "${fault//\"/}" "${window:+, \"window\": $window}" >>"$LAB_LINES"
}

# figure_of FILE NAME: a number out of what htstress or bench wrote; nothing if they wrote nothing.
figure_of() {
  [[ -s $1 ]] || return 0
  python3 - "$1" "$2" <<'PYTHON'
import json, sys
with open(sys.argv[1], encoding="utf-8") as text:
    found = json.load(text)
for word in sys.argv[2].split("."):
    found = found.get(word, {})
print("" if found == {} else found)
PYTHON
}

# Natively the server has one processor and the client the other.
if [[ $LAB_WAY == native ]]; then
  # shellcheck disable=SC2034 # servers.sh reads it
  server_prefix=(taskset -c 1)
  # shellcheck disable=SC2034
  client_prefix=(taskset -c 0)
  # For experiments that have both sides in one program.
  export CLIENT_CPU=0 SERVER_CPU=1
else
  # shellcheck disable=SC2034
  server_prefix=()
  # shellcheck disable=SC2034
  client_prefix=()
fi

server_pid=
# start NAME, stop NAME: a server, or an echo server, that is stopped however the script ends.
running=
start() {
  running=$1
  if is_echo_server "$1"; then echo_start "$1"; else server_start "$1"; fi
}
stop() {
  local name=$running
  [[ -n $name ]] || return 0
  running=
  if is_echo_server "$name"; then echo_stop "$name" "$server_pid"; else server_stop "$name" "$server_pid"; fi
}
# server_ready PORT PATH: false if no answer comes.
server_ready() {
  local until=$((SECONDS + 20))
  until "$programs/htstress" -n 1 -k --timeout 5 "http://127.0.0.1:$1/$2" >/dev/null 2>&1; do
    ((SECONDS < until)) || return 1
    sleep 0.1
  done
}

# The server's processes: nginx and the models that fork have more than one; a module none.
server_pids() {
  [[ -n $server_pid ]] || return 0
  local known=" $server_pid " pid child
  local waiting=("$server_pid")
  while ((${#waiting[@]})); do
    pid=${waiting[0]}
    waiting=("${waiting[@]:1}")
    echo "$pid"
    # shellcheck disable=SC2013 # words are what is wanted
    for child in $(cat /proc/"$pid"/task/*/children 2>/dev/null); do
      [[ $known == *" $child "* ]] || known+="$child " waiting+=("$child")
    done
  done
}

# write_json FAULT JSON: figures that an experiment has printed.
write_json() {
  local fault=${1//\\/}
  printf '{"figures": %s, "fault": "%s"}\n' "$2" "${fault//\"/}" >>"$LAB_LINES"
}

# with_setting NAME VALUE: a sysctl for as long as this script runs. False where it may not be set: on
# anybody's own machine none is touched.
settings=()
with_setting() {
  local file=/proc/sys/${1//.//}
  [[ $LAB_WAY != native ]] || return 1
  settings+=("$file=$(<"$file")")
  echo "$2" >"$file"
}
helpers=() # process ids of what the script has started beside servers
finish() {
  local one
  stop || true
  for one in "${helpers[@]}"; do kill "$one" 2>/dev/null || true; done
  for one in "${settings[@]}"; do echo "${one#*=}" >"${one%%=*}"; done
}
trap finish EXIT
