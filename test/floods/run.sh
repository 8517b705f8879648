#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/floods/run.sh 6.1|6.12|6.1-debug [PART...]

Boots that kernel in a VM, where a server (khttpd, kecho) in one network namespace is attacked
from a second, while polite clients in a third compare every byte that they get:
  syn          SYNs from addresses that nobody answers at, with SYN cookies and without
  one          connections from one address (max_per_address)
  many         connections from many addresses, more than there may be (max_connections)
  slow         Slowloris: heads and bodies without an end, a large answer read a byte at a time
  window       clients that take nothing of what they ask for, or of what is echoed
  segments     polite clients over segments of 88 bytes (MSS), and attackers, too
  network      5 % loss, duplicated and reordered segments (netem), both ways
All of them, unless PARTs are named. Of each: the memory of module and TCP is bounded by the
parameters, others are served, counters tell what happened, unloading under attack ends within
drain_timeout and an allowance, and afterwards everything is as before.
LIMITS=off sets the limits so high that they hold nothing: then it must fail. SERVERS=khttpd leaves
kecho out. KTCP_MODULES names the directory of the modules, KTCP_BUILD that of the programs.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=test/kernel/outside.sh
. "$root/test/kernel/outside.sh"
case ${1:-} in
6.1 | 6.12 | 6.1-debug) kernel=$1 ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
shift
case ${LIMITS:=on} in
on | off) ;;
*) echo "LIMITS is on or off, not '$LIMITS'" >&2; exit 2 ;;
esac
for server in ${SERVERS:-}; do
    case $server in
    khttpd | kecho) ;;
    *) echo "SERVERS is khttpd, kecho or both, not '$server'" >&2; exit 2 ;;
    esac
done
for module in khttpd kecho; do
    find_tested "$kernel" "$module.ko" test/floods/hostile_clients
done
limit=900
[ "$kernel" != 6.1-debug ] || limit=$((limit * 4))
# Caches of one size are merged otherwise, and the modules' own could not be told from others.
exec "$root/vm/boot" --kernel "$kernel" --memory 2048 --append slab_nomerge \
    --timeout "${LIMIT:-$limit}" -- env LIMITS="$LIMITS" SERVERS="${SERVERS:-}" \
    "$here/guest.sh" "$modules" "$build" "$@"
