# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Sourced: coded answers of either host. Wants report.sh, $scratch, and
#   codings_start FOLDER NAME=VALUE...  serves it, with these limits; sets $address and the
#                                       array codings_counters, options that say where
#                                       the server's counters are
#   codings_bounds                      options that say what the host cannot do; may be empty
#   codings_stop
codings_here=$(dirname "${BASH_SOURCE[0]}")
codings_bounds=()

# codings_run WHAT PART OPTION...: by Debian's own Python, which python3-brotli is for.
codings_run() {
    check "$1" timeout 900 /usr/bin/python3 "$codings_here/codings_test.py" "$2" --address "$address" \
        --folder "$codings_folder" "${codings_counters[@]}" "${codings_bounds[@]}" "${@:3}"
}

# codings_all PATIENCE LARGE BOUND: seconds until an answer must be coded; bytes of a file
# during whose compression nobody else may wait for more than so many milliseconds.
codings_all() {
    local limit
    clients_need curl && clients_need gzip && clients_need zstd &&
        clients_need /usr/bin/python3 || return 0
    codings_anew
    codings_start "$codings_folder"
    codings_run "codings, siblings, validators" all --patience "$1"
    codings_stop
    codings_anew
    codings_start "$codings_folder" compress_max=$((2 * $2)) cache_file_size=$((2 * $2)) \
        cache_size=268435456
    codings_run "a large file is compressed beside others' requests" large --patience "$1" \
        --large "$2" --bound "$3"
    codings_stop
    for limit in cache_size compress_max; do
        codings_anew
        codings_start "$codings_folder" "$limit=0"
        codings_run "$limit=0: nothing is compressed" off --patience "$1"
        codings_stop
    done
    rm -rf "$scratch/coded"
}

# codings_other_limits PATIENCE: the first of these once more.
codings_other_limits() {
    codings_anew
    codings_start "$codings_folder" compress_min=1000 compress_max=600000
    codings_run "the same with other limits" all --patience "$1" \
        --compress-min 1000 --compress-max 600000
    codings_stop
    rm -rf "$scratch/coded"
}

codings_anew() {
    codings_folder=$scratch/coded/root
    rm -rf "$scratch/coded"
    mkdir -p "$codings_folder"
}
