# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced by test scripts: lines "ok - what" and "not ok - what", and at the end one
# line "N passed, N failed" and an exit status that says the same.

report_passed=0
report_failed=0

ok() {
    printf 'ok - %s\n' "$*"
    report_passed=$((report_passed + 1))
}

not_ok() {
    printf 'not ok - %s\n' "$*"
    report_failed=$((report_failed + 1))
}

# check WHAT COMMAND...: its output is shown if it fails; always its remarks (lines that
# begin with "#"), its own "ok - ..." lines and its figures, which scripts/check shows.
check() {
    local what=$1 output status=0
    shift
    output=$("$@" 2>&1) || status=$?
    if [ "$status" -eq 0 ]; then
        grep -E '^(#|ok -|figure: |compared |[0-9]+ passed)' <<<"$output" |
            sed '/^figure: /!s/^/  /' || true
        ok "$what"
    else
        sed 's/^/  /' <<<"$output"
        not_ok "$what (status $status)"
    fi
}

# refute WHAT COMMAND...: the command must fail.
refute() {
    local what=$1
    shift
    if "$@" >/dev/null 2>&1; then not_ok "$what"; else ok "$what"; fi
}

# equal WHAT EXPECTED ACTUAL
equal() {
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1: expected '$2', got '$3'"; fi
}

# at_most WHAT LIMIT ACTUAL
at_most() {
    if [ "$3" -le "$2" ]; then ok "$1: $3"; else not_ok "$1: $3, more than $2"; fi
}

# at_least WHAT LIMIT ACTUAL
at_least() {
    if [ "${3:-0}" -ge "$2" ]; then ok "$1: $3"; else not_ok "$1: ${3:-nothing}, less than $2"; fi
}

# have COMMAND: or say that what needs it is left out.
have() {
    command -v "$1" >/dev/null && return 0
    echo "# $1 is not installed (scripts/setup check): left out"
    return 1
}

report_end() {
    printf '%s passed, %s failed\n' "$report_passed" "$report_failed"
    [ "$report_failed" -eq 0 ]
}

# profile_names: of all conformance profiles.
profile_names() {
    sed -n 's/^\([a-z][a-z-]*\) .*/\1/p' "$(dirname "${BASH_SOURCE[0]}")/../conformance/profiles"
}

# Is this a kernel that looks for faults, and several times as slow?
on_debug_kernel() { [[ $(</proc/sys/kernel/osrelease) == *-debug ]]; }

# profile_settings NAME [TREE]: the NAME=VALUE words of a conformance profile, as a module
# takes them, without the root's. TREE is where make_tree has made the documents. Time-outs are twice
# as long on a kernel that looks for faults, which the cases bear.
profile_settings() {
    local file word times=1
    ! on_debug_kernel || times=2
    file=$(dirname "${BASH_SOURCE[0]}")/../conformance/profiles
    # shellcheck disable=SC2013
    for word in $(sed -n "s/^$1 //p" "$file"); do
        case $word in
        root=*) ;;
        *_timeout=*) echo "${word%%=*}=$((${word#*=} * times))" ;;
        *) printf '%s\n' "${word//\{tree\}/${2:-}}" ;;
        esac
    done
}

# profile_has_root NAME: does it serve TREE, beside what its settings say?
profile_has_root() {
    grep -q "^$1 .*root=yes" "$(dirname "${BASH_SOURCE[0]}")/../conformance/profiles"
}

# profile_options NAME TREE: the same as words for a program, the root's too.
profile_options() {
    local setting name sites
    while read -r setting; do
        name=${setting%%=*}
        case $name in
        host)
            IFS=, read -ra sites <<<"${setting#*=}"
            printf -- '--host\n%s\n' "${sites[@]}"
            ;;
        list_hidden) echo --list-hidden ;;
        *) printf -- '--%s=%s\n' "${name//_/-}" "${setting#*=}" ;;
        esac
    done < <(profile_settings "$1" "$2")
    if profile_has_root "$1"; then printf -- '--root\n%s\n' "$2"; fi
}
