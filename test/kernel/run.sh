#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/kernel/run.sh 6.1|6.12|debug [khttpd|kecho] [PART...]

Boots that kernel in a VM and tests a module in it.
khttpd (unless told otherwise):
  parameters   bad ones are refused with EINVAL and a clear line in the log
  cycles       loaded, serving, and unloaded under traffic, three times; no growth
  limits       connections, per address too; hosts; memory for sorting; slow readers
  confinement  links under each rule, special files, /proc and /sys as roots, and links
               that are exchanged with directories and files while they are asked for
  conformance  the conformance cases of each profile
  clients      curl, wget, ab
  freshness    changed, moved, deleted, closed files are seen at once
  trees        odd names, a sample of /usr/share/doc (CHECK_FULL=1: all of it), 10,000
               entries, a sparse 5 GB file
  hostile      clients that misbehave; 10,000 silent ones beside active ones
  models       (only if named) each model: conformance, clients that misbehave, cycles
kecho:
  parameters   as above
  cycles       each model loaded, and unloaded under traffic, 50 times; no growth
  silent       10,000 silent clients, or as many as starve a model that blocks
  echo         each model: the echo cases, from no byte to 64 MiB and 1,000 clients
All of these, unless PARTs are named. Then the kernel's log is searched for reports.
KTCP_MODULES names the directory of the modules, KTCP_BUILD that of the programs;
MODELS names the models to be tested, as in "inline cmwq/0" (cmwq with bench=0), LIVES how
often each is loaded in kecho's cycles.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=test/kernel/outside.sh
. "$here/outside.sh"
case ${1:-} in
6.1 | 6.12 | debug) kernel=$1 ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
shift
case ${1:-} in
khttpd | kecho) module=$1; shift ;;
*) module=khttpd ;;
esac
find_tested "$kernel" "$module.ko" test/integration/tree_compare
case $module-${1:-} in
khttpd-models) limit=600 ;;
khttpd-*) limit=900 ;;
kecho-*) limit=1500 ;; # six models, 50 lives of each; a third of it on two idle cores
esac
[ -z "${CHECK_FULL:-}" ] || limit=1800
exec "$root/vm/boot" --kernel "$kernel" --memory 3072 --timeout "${LIMIT:-$limit}" -- \
    env CHECK_FULL="${CHECK_FULL:-}" MODELS="${MODELS:-}" LIVES="${LIVES:-}" \
    "$here/guest.sh" "$module" "$modules/$module.ko" "$build" "$@"
