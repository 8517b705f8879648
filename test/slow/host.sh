#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# host.sh user|kernel BUILD_DIRECTORY KHTTPD.ko [ATTACK...]: where the server and its clients
# run; see run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
host=$1 build=$2 module=$3
shift 3
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/slow/attacks.sh
. "$here/attacks.sh"
[ $# -eq 0 ] || attacks=("$@")
# shellcheck disable=SC2153 # attacks.sh sets it
crowd=$CROWD
attackers=()

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ktcp-slow.XXXXXX")
server=
cleanup() {
    for one in "${attackers[@]}"; do kill -KILL "$one" 2>/dev/null || true; done
    if [ "$host" = kernel ] && [ -n "$server" ]; then rmmod khttpd || true; fi
    if [ "$host" = user ] && [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" || true
    fi
    chmod -R u+rwX "$scratch"
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 143' TERM INT

# A local copy: in the VM the shared root is slow.
mkdir "$scratch/bin"
cp "$build/htstress" "$build/test/slow/rude_crowd" "$build/test/conformance/make_tree" \
    "$(command -v slowhttptest)" "$scratch/bin/"
PATH=$scratch/bin:$PATH
tree=$scratch/WWW
make_tree "$tree"
head -c 16M /dev/zero >"$tree/16m.bin"
# A descriptor for each client and then some, on both sides.
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" -ge $((crowd + 200)) ] || {
    echo "only $(ulimit -n) open files are allowed (ulimit -Hn): too few for CROWD=$crowd" >&2
    exit 2
}
limits=(backlog=4096 head_timeout=$((HOLD * 1000)) send_timeout=$((HOLD * 1000)) idle_timeout=120000)
if [ "$host" = kernel ]; then
    # A crowd that connects at once overruns loopback's queue.
    echo 20000 >/proc/sys/net/core/netdev_max_backlog
    port=8081
    insmod "$module" port=$port WWWROOT="$tree" "${limits[@]}"
    server=khttpd
    name="khttpd on $(uname -r)"
else
    # shellcheck source=test/integration/server.sh
    . "$here/../integration/server.sh"
    words=()
    for limit in "${limits[@]}"; do limit=${limit//_/-}; words+=("--$limit"); done
    "$build/user-http-server" --port 0 --listen 127.0.0.1 --root "$tree" "${words[@]}" \
        >"$scratch/log" 2>&1 &
    server=$!
    await_port user-http-server
    port=${address#*:}
    name=user-http-server
fi
address=127.0.0.1:$port
echo "# $name, $crowd attackers, $ROUNDS rounds of $SECONDS_EACH s, ${limits[*]}"
polite 8 1 # warms up
for kind in "${attacks[@]}"; do
    hold=$HOLD
    # These leave by themselves.
    case $kind in reset | half-close) hold=0 ;; esac
    measure_attack "$kind" "$hold"
done
report_end
