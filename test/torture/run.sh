#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/torture/run.sh 6.1|6.12|debug [--lives N] [PART...]

Boots that kernel in a VM, where the modules live short and busy lives:
  models       kecho and khttpd with each model, each manner of client (idle, slow, mid-head,
               mid-body, mid-send, half-closed, reset, crowd, all), other parameters each life
  together     khttpd, kecho and drop-tcp-socket at once, each on its own
  backlog      a crowd before a backlog of 1, and accepting that fails for want of threads
  signals      TERM, KILL, HUP, INT, STOP to the kernel's threads, all the time
  interrupted  signals to rmmod while it waits for clients, and to insmod
  accepting    unloading while a crowd waits to be accepted, and no thread can be had for it
  namespaces   of clients or of the module, destroyed under live connections
  races        two that load and unload the same module
  failures     loads that fail half way (port taken, no such root, too many hosts), and then one
               that works
  processors   one is taken away and given back, all the time
All of them, unless PARTs are named; one that breaks off has failed, and the next ones run. Each
unload must end within drain_timeout and an allowance (6 s; debug: 20 s). Afterwards memory, sockets,
threads and modules must be what they were.
--lives N (or TORTURE_LIVES=N): of each module with each model in "models", a third of it in
each other part; 9 unless told otherwise. MODELS, SERVERS and SEED choose, as in
MODELS="inline cmwq/0" SERVERS=kecho SEED=7. KTCP_MODULES names the directory of the modules,
KTCP_BUILD that of the programs, LIMIT the seconds that all may take; LEAKS=1 searches for
lost memory (debug).
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=test/kernel/outside.sh
. "$root/test/kernel/outside.sh"
lives=${TORTURE_LIVES:-}
case ${1:-} in
6.1 | 6.12 | 6.1-debug) kernel=$1 ;;
debug) kernel=6.1-debug ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
shift
parts=()
while [ $# -gt 0 ]; do
    case $1 in
    --lives) lives=${2:-}; shift $(($# > 1 ? 2 : 1)) ;;
    -*) usage >&2; exit 2 ;;
    *) parts+=("$1"); shift ;;
    esac
done
lives=${lives:-9}
[[ $lives =~ ^[1-9][0-9]{0,6}$ ]] || {
    echo "test/torture/run.sh: '$lives' is no number of lives: give one from 1 on" >&2
    exit 2
}
for module in khttpd kecho drop-tcp-socket; do
    find_tested "$kernel" "$module.ko" test/torture/torture_lives
done
limit=$((900 + lives * 60))
[ "$kernel" != 6.1-debug ] || limit=$((limit * 4))
exec "$root/vm/boot" --kernel "$kernel" ${LEAKS:+--leaks} --memory 3072 \
    --timeout "${LIMIT:-$limit}" -- \
    env LIVES="$lives" MODELS="${MODELS:-}" SERVERS="${SERVERS:-}" SEED="${SEED:-1}" \
    "$here/guest.sh" "$modules" "$build" "${parts[@]}"
