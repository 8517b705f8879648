#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/churn/run.sh user|6.1|6.12|6.1-debug [PART...]

Tests what a host keeps in memory: user-http-server's, or khttpd's in a VM with that kernel.
  churn    a tree is changed in every way while 100 connections fetch it: each answer is a
           state that existed while it was asked for, whole, with its own validators
  nobody   the same, served by a user who may not read everything
  renames  the same, with contents that change by renaming only, as fast as they can
  memory   a tree ten times the budget is walked: the budget holds, and so does the memory
           behind it; it is given back when memory runs short (kernel only)
  crowd    1,000 clients ask for one cold file, and for one cold listing: read once
  flood    names that are not there, in masses, do not push out what is asked for
All of them, unless PARTs are named. CHECK_FULL=1: a minute of churn, and more of the rest;
CHURN_SECONDS says how long by itself. KTCP_MODULES names the directory of the modules,
KTCP_BUILD that of the programs, MODEL a server model other than the default.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=test/kernel/outside.sh
. "$root/test/kernel/outside.sh"
host=${1:-}
case $host in
user) ;;
6.1 | 6.12 | 6.1-debug) find_tested "$host" khttpd.ko test/churn/churn_check ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
shift

if [ "$host" = user ]; then
    build=${KTCP_BUILD:-$root/build/release}
    # shellcheck source=test/churn/parts.sh
    . "$here/parts.sh"
    # shellcheck source=test/churn/host_user.sh
    . "$here/host_user.sh"
    run_parts "$@"
    exit
fi
limit=400 memory=896
[ -z "${CHECK_FULL:-}" ] || limit=1200
# A third of its memory is its own.
[ "$host" != 6.1-debug ] || limit=$((limit * 4)) memory=1536
exec "$root/vm/boot" --kernel "$host" --memory $memory --timeout "${LIMIT:-$limit}" -- \
    env CHECK_FULL="${CHECK_FULL:-}" CHURN_SECONDS="${CHURN_SECONDS:-}" MODEL="${MODEL:-}" \
    "$here/guest.sh" "$modules/khttpd.ko" "$build" "$@"
