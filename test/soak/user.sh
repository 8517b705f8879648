#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2034,SC2154,SC2086
#
# user.sh BUILD_DIRECTORY SECONDS EVERY OUT: user-http-server, here (see run.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1 seconds=$2 every=$3 out=$4
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/integration/server.sh
. "$here/../integration/server.sh"
# shellcheck source=test/soak/traffic.sh
. "$here/traffic.sh"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ktcp-soak.XXXXXX")
tree=$scratch/WWW server=
cleanup() {
    local one
    rm -f "$scratch/soaking"
    for one in "${traffic[@]}" ${churner:-} $server; do kill "$one" 2>/dev/null || true; done
    wait
    chmod -R u+rwX "$scratch"
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 143' TERM INT
PATH=$build:$build/test/torture:$build/test/soak:$PATH
"$build/test/conformance/make_tree" "$tree" >/dev/null
user-http-server --port 0 --listen 127.0.0.1 --root "$tree" --backlog 1024 --head-timeout 3000 \
    --send-timeout 5000 --idle-timeout 20000 --cache-size 1048576 --cache-entries 300 \
    >"$scratch/log" 2>&1 &
server=$!
await_port user-http-server
touch "$scratch/soaking"
traffic_http "$address"
check "sampled for $seconds s" python3 "$here/sampler.py" $server "$out/samples.jsonl" $every $seconds -- \
    soak_probe --http "$address"
traffic_end
kill -TERM $server
status=0
wait $server || status=$?
server=
equal "user-http-server ends as it should" 0 $status
report_end
