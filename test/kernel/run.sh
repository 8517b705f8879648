#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/kernel/run.sh 6.1|6.12|6.1-debug [khttpd|kecho] [PART...]

Boots that kernel in a VM and tests a module in it.
khttpd (unless told otherwise):
  parameters   bad ones are refused with EINVAL and a clear line in the log
  cycles       loaded, serving, and unloaded under traffic, three times; no growth
  connecting   (only if named) loaded and unloaded while clients only connect, again and again,
               for CONNECTING_SECONDS (40)
  limits       connections, per address too; hosts; memory for sorting; slow readers
  confinement  links under each rule, special files, /proc and /sys as roots, and links
               that are exchanged with directories and files while they are asked for
  conformance  the conformance cases of each profile
  clients      curl, wget, ab
  codings      answers by gzip, deflate, zstd, and files .gz, .zst, .br beside others
  forms        siblings (.gz, .zst, .br) and kept listings are as fresh as the file system, on
               tmpfs and ext4; a kept listing of 1,000 entries against one that is made
  freshness    changed, moved, deleted, closed files are seen at once
  cache        what is kept is what is there; counters, budgets, one reader for all,
               memory pressure, a deleted file's space, unloading with all of it
  eviction     answers that are driven out while others look at them
  slowly       look-ups and reads that take their time: unloading does not wait for all of
               them, and what is created meanwhile is there
  unmount      with the module the last reference to its roots goes
  fast_lane    pipelined requests that change lanes come back in order; a flood beside
               others, and when unloading; files truncated in mid-transfer
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
often each is loaded in kecho's cycles; LEAKS=1 searches for lost memory (6.1-debug). For a
slow kernel: SILENT=1000 silent clients instead of 10,000, LONGEST=1M for the longest echo
instead of 64M, SPARSE=100000000 for the bytes of the sparse file.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=test/kernel/outside.sh
. "$here/outside.sh"
case ${1:-} in
6.1 | 6.12 | 6.1-debug) kernel=$1 ;;
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
[ "$kernel" != 6.1-debug ] || limit=$((limit * 4))
slow_return=
if [[ "$module ${*:-slowly}" =~ ^khttpd.*(eviction|slowly) ]]; then
    build_helper "$kernel" "$here/slow_return" "$root/build/slow_return/$kernel"
    slow_return=$root/build/slow_return/$kernel/slow_return.ko
fi
exec "$root/vm/boot" --kernel "$kernel" ${LEAKS:+--leaks} --memory 3072 --timeout "${LIMIT:-$limit}" -- \
    env CHECK_FULL="${CHECK_FULL:-}" MODELS="${MODELS:-}" LIVES="${LIVES:-}" SILENT="${SILENT:-}" \
    LONGEST="${LONGEST:-}" SPARSE="${SPARSE:-}" CONNECTING_SECONDS="${CONNECTING_SECONDS:-}" \
    SLOW_RETURN="$slow_return" \
    "$here/guest.sh" "$module" "$modules/$module.ko" "$build" "$@"
