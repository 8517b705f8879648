# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# Sourced: a user-space server that was started in the background. Wants $scratch/log, where
# it says its port, and $server, its process.

# await_port NAME: sets $address, or ends the test with the server's log.
await_port() {
    local tries=200 port=
    while [ -z "$port" ]; do
        if ! kill -0 "$server" 2>/dev/null || [ $((tries -= 1)) -eq 0 ]; then
            cat "$scratch/log" >&2
            echo "$1 did not start" >&2
            exit 2
        fi
        sleep 0.05
        port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$scratch/log")
    done
    address=127.0.0.1:$port
}
