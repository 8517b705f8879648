#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/kernel/run.sh 6.1|6.12|debug [PART...]

Boots that kernel in a VM and tests khttpd.ko in it:
  parameters   bad ones are refused with EINVAL and a clear line in the log
  cycles       loaded, serving, and unloaded under traffic, three times; no growth
  conformance  the conformance cases of each profile
  clients      curl, wget, ab
  freshness    changed, moved, deleted, closed files are seen at once
  trees        odd names, a sample of /usr/share/doc (CHECK_FULL=1: all of it), 10,000
               entries, a sparse 5 GB file
  hostile      clients that misbehave; 10,000 silent ones beside active ones
All of them, unless PARTs are named. Then the kernel's log is searched for reports.
KTCP_MODULES names the directory of the modules, KTCP_BUILD that of the programs.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
case ${1:-} in
6.1 | 6.12 | debug) kernel=$1 ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
shift
build=${KTCP_BUILD:-$root/build/release}
release=$("$root/vm/kernel" "$kernel" release)
modules=${KTCP_MODULES:-$root/build/modules/$release}
[ -e "$modules/khttpd.ko" ] || {
    echo "$modules/khttpd.ko is missing: run make modules KDIR=\"\$(vm/kernel $kernel build)\"" >&2
    exit 2
}
[ -x "$build/test/integration/tree_compare" ] || {
    echo "$build has no test programs: run 'cmake --build --preset release'" >&2
    exit 2
}
limit=420
[ -z "${CHECK_FULL:-}" ] || limit=1800
exec "$root/vm/boot" --kernel "$kernel" --memory 3072 --timeout "$limit" -- \
    env CHECK_FULL="${CHECK_FULL:-}" "$here/guest.sh" "$modules/khttpd.ko" "$build" "$@"
