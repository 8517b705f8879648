# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What a run of vm/boot was like: its streams while it runs, its log and its exit status afterwards.
# Sourced by vm/boot.
# shellcheck shell=bash disable=SC2154

# follow FILE FD: shows a file of the job as it grows, until QEMU is gone and all is shown.
follow() {
    tail -q -c +1 -f -s 0.1 --pid="$qemu" "$1" >&"$2" &
    followers+=($!)
}

# log_collect: the whole kernel log. The console is quiet until guest/job has saved what came
# before, so the two do not overlap but for warnings, which a quiet console shows too.
log_collect() {
    [ ! -s "$job/boot.log" ] || cat "$job/boot.log"
    tr -d '\r' <"$job/serial.log"
}

# log_show: the part of the log that says what went wrong: from shortly before the first report
# (a WARN's own words precede the line that says WARNING), or the end.
log_show() {
    local first=${reports%%:*}
    if [ -n "$first" ]; then
        say "its log around the first report${out:+ (all of it: $out/console.log)}:"
        first=$((first > 3 ? first - 3 : 1))
        sed -n "$first,$((first + 60))p" "$job/console.log" >&2
    elif [ -s "$job/console.log" ]; then
        say "the end of its log${out:+ (all of it: $out/console.log)}:"
        tail -n 30 "$job/console.log" >&2
    fi
}

# reports_show: what vm/scan_log has found in the log, if anything.
reports_show() {
    [ -n "$reports" ] || return 0
    say "the kernel log has reports of faults:"
    sed -n 1,20p <<<"$reports" >&2
}

# log_judge: the log as it is now; sets $reports.
log_judge() {
    log_collect >"$job/console.log"
    reports=$("$ktcp_vm_dir/scan_log" "$job/console.log") || true
}

# verdict HOW: ends vm/boot.
verdict() {
    local status reports
    log_judge
    if [ -s "$job/plugin.log" ]; then
        if [ -n "$out" ]; then cp "$job/plugin.log" "$out/plugin.log"; else cat "$job/plugin.log" >&2; fi
    fi
    case $1 in
        time_out)
            say "time-out: stopped after $limit s"
            status=124
            ;;
        no_boot)
            say "the guest did not boot within $boot_seconds s"
            status=125
            ;;
        *) status=$(cat "$job/status" 2>/dev/null) || status=125 ;;
    esac
    if [ "$1" = off ] && [ ! -s "$job/status" ]; then
        if [ -e "$job/started" ]; then
            say "the guest died while the command ran"
        else
            say "the guest did not boot"
            tail -n 5 "$job/qemu.log" >&2
        fi
        reports_show
        log_show
    elif [ -n "$reports" ]; then
        reports_show
        log_show
        [ "$status" -eq 124 ] || [ "$status" -eq 125 ] || status=126
    elif [ "$status" -ge 124 ] && [ "$1" != off ]; then
        log_show
    fi
    exit "$status"
}
