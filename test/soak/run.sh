#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/soak/run.sh 6.1|6.12|6.1-debug|user

Hours of mixed traffic (kept connections and new ones, small and large files, listings, codings;
slow clients, and those that leave in the middle) for files that change meanwhile: khttpd and kecho
in a VM with that kernel, or user-http-server here. Every SOAK_EVERY (5) seconds memory, slab
caches, sockets, threads, connections and what a polite client feels are recorded; in the end
nothing of it may have grown. Leaves build/soak/<what>/: samples.jsonl, soak.svg, verdict.txt.
HOURS=n or SOAK_MINUTES=n (10) says for how long. KTCP_MODULES names the directory of the modules,
KTCP_BUILD that of the programs. test/soak/judge.py FILE judges a record once more.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=test/kernel/outside.sh
. "$root/test/kernel/outside.sh"
case ${1:-} in
6.1 | 6.12 | 6.1-debug | user) host=$1 ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
number='^[0-9]+(\.[0-9]+)?$'
minutes=${SOAK_MINUTES:-10}
[ -z "${HOURS:-}" ] || minutes=$(awk -v hours="$HOURS" 'BEGIN { print hours * 60 }')
every=${SOAK_EVERY:-5}
[[ $minutes =~ $number && ${HOURS:-1} =~ $number && $every =~ $number ]] || {
    echo "test/soak/run.sh: HOURS, SOAK_MINUTES and SOAK_EVERY are numbers, as in HOURS=2" >&2
    exit 2
}
seconds=$(awk -v minutes="$minutes" 'BEGIN { print int(minutes * 60) }')
[ "$seconds" -ge 60 ] || { echo "test/soak/run.sh: less than a minute says nothing" >&2; exit 2; }
command -v gnuplot >/dev/null || { echo "gnuplot is not installed: run scripts/setup plot" >&2; exit 2; }

out=$root/build/soak/$host
mkdir -p "$out"
rm -f "$out"/*
status=0
if [ "$host" = user ]; then
    name=user-http-server
    "$here/user.sh" "${KTCP_BUILD:-$root/build/release}" "$seconds" "$every" "$out" || status=$?
else
    name="khttpd and kecho on $host"
    for module in khttpd kecho; do find_tested "$host" "$module.ko" test/soak/soak_probe; done
    # Caches of one size are merged otherwise, and the modules' own could not be told from others.
    # A guest's clock may be slow: its hours may take longer than ours.
    "$root/vm/boot" --kernel "$host" --memory 2048 --append slab_nomerge --out "$out" \
        --timeout $((seconds * 3 + 900)) -- "$here/guest.sh" "$modules" "$build" "$seconds" "$every" ||
        status=$?
fi
[ -e "$out/samples.jsonl" ] || exit "$((status ? status : 1))"
"$here/judge.py" "$out/samples.jsonl" --svg "$out/soak.svg" --name "$name" >"$out/verdict.txt" || status=$?
cat "$out/verdict.txt"
echo "# record, plot and verdict are in ${out#"$root"/}"
exit "$status"
