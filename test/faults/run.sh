#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
set -euo pipefail

usage() {
    cat <<'END'
usage: test/faults/run.sh BUILD_DIRECTORY [MODEL...]

Makes calls of user-http-server and user-echo-server for memory and for the kernel's services fail,
one at a time: while they start, and while clients ask (fault_run.py --help). A sample of all such
faults, the same each time; another one with FAULT_SEED=1, 2, ...; with CHECK_FULL=1 all of them
(an hour). Every model, unless some are named.
END
}

here=$(cd "$(dirname "$0")" && pwd)
case ${1:-} in
-h | --help) usage; exit 0 ;;
'') usage >&2; exit 2 ;;
esac
build=$1/test/faults
shift
[ -x "$build/faulty-http-server" ] || {
    echo "$build/faulty-http-server is missing: run 'cmake --build $build/../..'" >&2
    exit 2
}
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"

# Models differ in how they wait; how they start, and what an echo is, differs less.
typical=(epoll-et io_uring thread-pool prefork)
all=("${typical[@]}" epoll-lt poll select thread fork iterative)
if [ $# -gt 0 ]; then all=("$@") typical=("$@"); fi

# faults SERVE|START HTTP|ECHO MODEL EVERY: every EVERY-th of them.
faults() {
    local every=$4
    [ -z "${CHECK_FULL:-}" ] || every=1
    check "$2 server, $3: calls that fail ($1)" \
        python3 "$here/fault_run.py" "$1" "$2" "$build/faulty-$2-server" "$3" \
        --every "$every" --seed "${FAULT_SEED:-0}"
}

for model in "${all[@]}"; do faults serve http "$model" 59; done
for model in "${typical[@]}"; do
    faults serve echo "$model" 97
    faults start http "$model" 97
    faults start echo "$model" 199
done
report_end
