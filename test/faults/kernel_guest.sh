#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Runs in the VM: kernel_guest.sh MODULES CALL_FAULTS.ko "PHASES" MODULE[:MODEL]... (see kernel.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
modules=$1 call_faults=$2 phases=$3
shift 3
scratch=/tmp/faults
mkdir -p "$scratch"
# What runs from the shared root starts slowly.
cp "$here"/*.py "$here/fault_order.hh" "$modules/khttpd.ko" "$modules/kecho.ko" "$call_faults" "$scratch"
passed=0 failed=0
for phase in $phases; do
    for which in "$@"; do
        model=${which#*:}
        [ "$model" != "$which" ] || model=inline
        status=0
        python3 "$scratch/kernel_faults.py" "$phase" "$scratch/${which%%:*}.ko" "$model" \
            --seconds "$SECONDS_EACH" || status=$?
        case $status in
        0) passed=$((passed + 1)) ;;
        3) ;; # left out, and it says why
        *) failed=$((failed + 1)) ;;
        esac
    done
done
echo "$passed passed, $failed failed"
status=0
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || status=1
# vm/boot's own status tells of the log, too.
echo "$status" >/out/status
exit "$status"
