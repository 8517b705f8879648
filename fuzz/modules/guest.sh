#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Runs in the VM: guest.sh MODULES BUILD FUZZER MODULE[:MODEL]... (see scripts/fuzz_modules).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
fuzz=$(dirname "$here")
modules=$1 build=$2 fuzzer=$3
shift 3

scratch=/tmp/fuzz
mkdir -p "$scratch/tree" /out/findings /out/corpus
cp "$fuzzer" "$build/test/conformance/make_tree" "$modules"/*.ko "$scratch"
cp "$fuzz"/*.dict "$scratch"
mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug || true
"$scratch/make_tree" "$scratch/tree/WWW" >/dev/null
# Where the tree's links lead to: bytes that nobody may ever see (http.cc).
echo 'outside the root' >"$scratch/tree/outside.txt"
echo 'outside the root' >"$scratch/tree/outside.html"

# inputs NAME...: the directories of the corpora and of what was learnt here before, as far
# as they are there, copied: reading a thousand files over the shared root takes minutes.
inputs() {
    local name
    for name; do
        [ ! -d "$fuzz/corpus/$name" ] || {
            mkdir -p "$scratch/seeds/$name"
            [ -e "$scratch/seeds/$name/.there" ] || cp -r "$fuzz/corpus/$name/." "$scratch/seeds/$name"
            touch "$scratch/seeds/$name/.there"
            echo "$scratch/seeds/$name"
        }
    done
}

passed=0 failed=0
for which in "$@"; do
    module=${which%%:*} model=${which#*:}
    parameters=() dictionary=$scratch/http.dict longest=4000
    case $module in
    khttpd)
        # Deadlines that a fuzzer has the time for.
        parameters=(port=8081 "model=$model" "WWWROOT=$scratch/tree/WWW" head_timeout=2000
            idle_timeout=2000 send_timeout=5000 linger_timeout=500)
        target="http 127.0.0.1:8081 $scratch/tree/WWW"
        seeds=(modules-khttpd session)
        ;;
    kecho)
        parameters=(port=12345 "model=$model")
        target='echo 127.0.0.1:12345' longest=9000
        seeds=(modules-kecho echo_session)
        ;;
    *)
        target='pairs /proc/net/drop_tcp_sock' dictionary=$scratch/pairs.dict
        seeds=(modules-drop-tcp-socket pair_parser)
        ;;
    esac
    insmod "$scratch/$module.ko" "${parameters[@]}"
    export KTCP_TARGET=$target KTCP_LAST_INPUT=/out/findings/$module-last
    fresh=$scratch/corpus/$module
    mkdir -p "$fresh" "/out/corpus/$module"
    cp -r "/out/corpus/$module/." "$fresh"
    mapfile -t directories < <(inputs "${seeds[@]}")
    if [ "$module" = khttpd ]; then
        mkdir -p "$scratch/cases"
        cp -r /out/cases/. "$scratch/cases"
        directories+=("$scratch/cases")
    fi
    log=/out/$which.log
    status=0
    if [ -n "$MERGE" ]; then
        mkdir -p "$scratch/merged/$module" /out/merged
        "$scratch/fuzz_modules" -merge=1 -max_len=$longest -timeout=120 "$scratch/merged/$module" \
            "$fresh" "${directories[@]}" >"$log" 2>&1 || status=$?
        cp -r "$scratch/merged/$module" /out/merged
    else
        regressions=("$fuzz/regression/modules-$module"/*)
        if [ -e "${regressions[0]}" ]; then
            "$scratch/fuzz_modules" -runs=1 "${regressions[@]}" >"$log" 2>&1 || status=$?
        fi
        [ "$status" -ne 0 ] || "$scratch/fuzz_modules" -max_total_time="$SECONDS_EACH" \
            -max_len=$longest -timeout=120 -reload=0 -dict="$dictionary" \
            -artifact_prefix="/out/findings/$module-" "$fresh" "${directories[@]}" >"$log" 2>&1 || status=$?
        cp -r "$fresh/." "/out/corpus/$module"
    fi
    rmmod "$module" || status=1
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        rm -f "$KTCP_LAST_INPUT"
        echo "figure: fuzz $which: $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log" | tail -n 1) executions," \
            "coverage $(grep -aoE '(DONE|INITED).* ft: [0-9]+' "$log" | tail -n 1 | grep -oE '[0-9]+$')" \
            "features ($(sed -n 's/^coverage: //p' "$log" | head -n 1)), no finding"
    else
        failed=$((failed + 1))
        echo "not ok - fuzz $which (build/fuzz-modules/$which.log):"
        grep -aE '^fuzz: |ERROR|SUMMARY|Test unit written' "$log" | cut -c 1-300 || true
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
