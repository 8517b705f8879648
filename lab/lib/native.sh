# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# What measuring on this machine itself needs, however it is counted; sourced by native_measure and
# native_count, which lab/bench calls and hands everything over to by environment variables.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
servers_folder=$here/../servers
: "${SERVERS:?}" "${CASES:?}" "${ROUNDS:?}" "${REQUESTS:?}" "${COLD:?}" "${KTCP_PROGRAMS:?}" "${WWW:?}" "${OUT:?}"
out=$OUT
programs=$KTCP_PROGRAMS
# In memory, as in the guest.
state=$(mktemp -d "${LAB_STATE:-/dev/shm}/ktcp-lab.XXXXXX")
chmod 755 "$state"
root=$state/www
window=0
# shellcheck source=lab/servers/servers.sh
. "$servers_folder/servers.sh"
# shellcheck source=lab/lib/resources.sh
. "$here/resources.sh"
# shellcheck source=lab/lib/measure.sh
. "$here/measure.sh"

server_pid=
end() {
  [[ -z $server_pid ]] || { kill "$server_pid" 2>/dev/null && wait "$server_pid" 2>/dev/null; } || true
  rm -rf "$state"
}
trap end EXIT
# The servers have one processor, the client the other; with a busy machine, LAB_NICE=-10 (root)
# keeps others out of the windows.
server_prefix=(nice -n "${LAB_NICE:-0}" taskset -c 1)
client_prefix=(nice -n "${LAB_NICE:-0}" taskset -c 0)

# The server's process and its children (nginx has a worker).
server_pids() {
  echo "$server_pid"
  cat /proc/"$server_pid"/task/*/children 2>/dev/null | tr ' ' '\n' | grep . || true
}

# The ports must be free, or others would be measured.
check_ports() {
  local name port
  for name in $SERVERS; do
    port=$(server_port "$name")
    if (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null; then
      echo "lab: something listens on port $port already" >&2
      return 1
    fi
  done
}
