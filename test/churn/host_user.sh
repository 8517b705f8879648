# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2034
#
# Sourced: user-http-server as the host under test (parts.sh says what a host has). Wants
# $here and $build.
# shellcheck source=test/integration/server.sh
. "$here/../integration/server.sh"

host_name=user-http-server
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ktcp-churn.XXXXXX")
chmod 755 "$scratch"
bin=$build/test/churn
compare=$build/test/integration/tree_compare
server=
host_cleanup() {
    if [ -n "$server" ]; then kill -KILL "$server" 2>/dev/null || true; fi
    rm -rf "$scratch"
}
trap host_cleanup EXIT
for tool in "$build/user-http-server" "$bin/churn_check" "$compare"; do
    [ -x "$tool" ] || { echo "$tool is missing: run 'cmake --build --preset release'" >&2; exit 2; }
done

host_start() {
    local www=$1 setting options=() as=()
    shift
    for setting; do
        setting=${setting//_/-}
        options+=("--$setting")
    done
    if [ -n "${as_nobody:-}" ]; then
        cp "$build/user-http-server" "$scratch/server"
        chmod 755 "$scratch/server"
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups "$scratch/server")
    else
        as=("$build/user-http-server")
    fi
    [ -z "${MODEL:-}" ] || options+=("--model=$MODEL")
    ulimit -n "$(ulimit -Hn)"
    "${as[@]}" --port 0 --listen 127.0.0.1 --root "$www" "${options[@]}" 2>"$scratch/log" >&2 &
    server=$!
    await_port "$host_name"
}

host_stop() {
    local status=0
    kill "$server"
    wait "$server" || status=$?
    server=
    equal "$1: the server ends in order" 0 "$status"
}

# Counters come as one line in the log, when asked for by a signal.
host_stat() {
    local before tries
    before=$(grep -c ' requests [0-9]' "$scratch/log" || true)
    kill -USR1 "$server"
    for ((tries = 0; tries < 200; tries++)); do
        [ "$(grep -c ' requests [0-9]' "$scratch/log" || true)" -le "$before" ] || break
        sleep 0.02
    done
    grep ' requests [0-9]' "$scratch/log" | tail -1 |
        awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) value = $(i + 1) } END { print value + 0 }'
}

# Until $scratch/sampling is gone.
host_sample() {
    while [ -e "$scratch/sampling" ]; do
        kill -USR1 "$server" || break
        sleep 0.03
    done
}

# host_most NAME: of the samples.
host_most() {
    grep -oE " $1 [0-9]+" "$scratch/log" | awk '$2 > most { most = $2 } END { print most + 0 }'
}

host_samples() {
    grep -c ' requests [0-9]' "$scratch/log"
}

# Bytes that the server has read from files. (What comes by recv() is not counted.)
reads_most=45000
host_reads() {
    awk '$1 == "rchar:" { print $2 }' "/proc/$server/io"
}

# KiB of memory that grow with what is kept.
host_memory() {
    awk '$1 == "RssAnon:" { print $2 }' "/proc/$server/status"
}

single=(threads=1)
flood_names=100000
churn_options=()
