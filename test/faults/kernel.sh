#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/faults/kernel.sh [init|serve|calls] [MODULE[:MODEL]...]

Boots the debug kernel in a VM and makes allocations of khttpd.ko and kecho.ko fail: those of
insmod one after the other (init), and while clients ask those below each call in the module that
leads to one (serve); and functions of the kernel's that they call (calls), of both. All three, and
each model of each module, unless told otherwise. SECONDS_EACH bounds serve (240 for each model). Then the kernel's log is searched for reports,
and its memory for what was lost (not with LEAKS=, which is twice as fast).
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kernel=6.1-debug
# shellcheck source=test/kernel/outside.sh
. "$root/test/kernel/outside.sh"
phases=(init serve calls)
case ${1:-} in
-h | --help) usage; exit 0 ;;
init | serve | calls) phases=("$1"); shift ;;
esac
# Models differ in who allocates when; to start, only in their work queues and threads.
[ $# -gt 0 ] || set -- khttpd:inline kecho:inline khttpd:event khttpd:kthread khttpd:cmwq \
    kecho:event kecho:kthread kecho:cmwq
find_tested "$kernel" khttpd.ko user-http-server

calls=$root/build/faults/calls
build_helper "$kernel" "$here/calls" "$calls"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
status=0
leaks=${LEAKS-1}
"$root/vm/boot" --kernel "$kernel" ${leaks:+--leaks} --memory 3072 --timeout "${LIMIT:-3600}" \
    --out "$out" -- env SECONDS_EACH="${SECONDS_EACH:-240}" "$here/kernel_guest.sh" \
    "$modules" "$calls/call_faults.ko" "${phases[*]}" "$@" 2>"$out/errors" || status=$?
# 126: the log has reports, whatever the tests said, and what was ordered is among them.
if [ "$status" -ne 126 ]; then
    cat "$out/errors" >&2
    exit "$status"
fi
sed '/^vm\/boot: the kernel log has reports/,$d' "$out/errors" >&2
cp "$out/console.log" "$root/build/faults/console.log"
[ -s "$out/status" ] || { echo "kernel.sh: the tests did not come to their end" >&2; exit 1; }
"$here/ordered.py" <"$out/console.log" >"$out/rest.log"
if "$root/vm/scan_log" "$out/rest.log" >"$out/reports"; then
    exit "$(cat "$out/status")"
fi
echo "reports that nobody ordered (the whole log: build/faults/console.log):"
head -n 40 "$out/reports"
first=$(sed 's/:.*//;q' "$out/reports")
sed -n "$((first > 3 ? first - 3 : 1)),$((first + 60))p" "$out/rest.log"
exit 126
