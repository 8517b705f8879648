# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2034
#
# Sourced: a folder served by either host on a free port of 127.0.0.1, for clients out here.
# Wants $root, the repository, and $scratch; KTCP_BUILD and KTCP_MODULES as everywhere.
# shellcheck source=test/kernel/outside.sh
. "$root/test/kernel/outside.sh"

server=

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# serve user|6.1|6.12 FOLDER [NAME=VALUE...]: by user-http-server, or by khttpd in a VM with that
# kernel, with these limits. Sets $address, and $server, the process to be ended by serve_end; ends
# the test if nothing answers.
serve() {
    local port tries limit name options=()
    port=$(free_port)
    address=127.0.0.1:$port
    if [ "$1" = user ]; then
        local program=${KTCP_BUILD:-$root/build/release}/user-http-server
        [ -x "$program" ] || { echo "$program is missing: run make user" >&2; exit 2; }
        for limit in "${@:3}"; do
            name=${limit%%=*}
            options+=("--${name//_/-}" "${limit#*=}")
        done
        "$program" --listen 127.0.0.1 --port "$port" --root "$2" "${options[@]}" \
            >"$scratch/server.log" 2>&1 &
    else
        find_tested "$1" khttpd.ko user-http-server
        "$root/vm/boot" --kernel "$1" --timeout 900 --grace 30 --share "$2" \
            --forward "$port:8081" -- "$root/vm/guest/serve" serving "$modules/khttpd.ko" \
            port=8081 WWWROOT=/share "${@:3}" >"$scratch/server.log" 2>&1 </dev/null &
    fi
    server=$!
    # A VM's port is open before its server is: only an answer counts.
    for ((tries = 0; tries < 100; tries++)); do
        ! python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' \
            "http://$address/" 2>/dev/null || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.5
    done
    cat "$scratch/server.log" >&2
    echo "nothing answers at http://$address/" >&2
    exit 2
}

# Fails if the server, or the guest's kernel log, had something to complain of.
serve_end() {
    local ended=0
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" || ended=$?
    server=
    case $ended in
    0 | 143) ;;
    *)
        cat "$scratch/server.log" >&2
        echo "the server ended with status $ended" >&2
        return 1
        ;;
    esac
}
