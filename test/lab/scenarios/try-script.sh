#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A scenario's own script: a window that the plugin counts, a failure, and something impossible.
# shellcheck disable=SC2154 # echo.sh sets echo_port and server_pid
set -euo pipefail
: "${LAB_LINES:?}" "${LAB_WINDOW:?}" "${programs:?}" "${state:?}" "${here:?}"
. "$here/../servers/servers.sh"
. "$here/../servers/echo_servers.sh"
. "$here/echo.sh"
case $1 in
  counts)
    echo_start user-echo-server:poll
    echo_ready
    "$programs/bench" --persistent --marker --port "$echo_port" -n 100 >"$state/bench.log"
    echo_stop user-echo-server:poll "$server_pid"
    printf '{"figures": {"count": 100, "answer": %s}, "window": %s, "case": {"more": "yes"}}\n' \
      "${2#number=}" "$LAB_WINDOW" >"$LAB_LINES"
    ;;
  fails)
    echo "it went wrong"
    exit 3
    ;;
  cannot) echo "not on a Sunday" ;;
esac
