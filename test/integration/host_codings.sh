# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# Sourced by user_host.sh: coded answers of the program. Wants what that has.
# shellcheck source=test/codings/codings.sh
. "$here/../codings/codings.sh"

# With one loop, so that nobody is served by another one while a file is compressed.
codings_start() {
    local folder=$1 options=(--threads 1) limit name
    shift
    for limit in "$@"; do
        name=${limit%%=*}
        options+=("--${name//_/-}" "${limit#*=}")
    done
    start --root "$folder" "${options[@]}"
    codings_counters=(--counters "$scratch/log" --signal "$server")
}

codings_stop() { ends; }

part_codings() {
    codings_all 5 $((sanitized ? 4194304 : 33554432)) $((sanitized ? 1000 : 250))
    codings_other_limits 5
}
