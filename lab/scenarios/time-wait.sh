#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of time-wait: connections that the variant (client or server) closes first.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
count=$(case_value connections 100)
tool=$experiments/time_wait.py

# For the cases where ports run out: a hundred of them. Whether one in TIME-WAIT may be taken again
# is net.ipv4.tcp_tw_reuse: 0 no, 2 on loopback after a second (the default), 1 everywhere.
few_ports() {
  local first
  # Others than in the last window: what was left in TIME-WAIT there is still there.
  first=$(($(cat "$state/few_ports" 2>/dev/null || echo 30000) + 100))
  ((first < 60000)) || first=30000
  echo $first >"$state/few_ports"
  with_setting net.ipv4.ip_local_port_range "$first $((first + 99))" &&
    with_setting net.ipv4.tcp_tw_reuse "$1"
}
# The pause comes when the hundred ports are used up.
ports() { python3 "$tool" ports "$variant" "$count" --port 22097 --pause 100 "$@"; }

case $(case_value what) in
  where) write_json "" "$(python3 "$tool" where "$variant" "$count")" ;;
  restart) write_json "" "$(python3 "$tool" restart "$variant" plain)" ;;
  restart-reuse) write_json "" "$(python3 "$tool" restart "$variant" reuse)" ;;
  ports)
    few_ports 0 || { echo "needs kernel settings, which are only changed in a VM" && exit; }
    write_json "" "$(ports)"
    ;;
  ports-default)
    few_ports 2 || { echo "needs kernel settings, which are only changed in a VM" && exit; }
    write_json "" "$(ports)"
    ;;
  drop)
    few_ports 0 || { echo "needs drop-tcp-socket.ko, and so a VM" && exit; }
    insmod "$programs/drop-tcp-socket.ko"
    write_json "" "$(ports --drop)"
    rmmod drop_tcp_socket
    ;;
  *) echo "no such experiment" && exit 1 ;;
esac
