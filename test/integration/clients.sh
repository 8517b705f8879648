# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced: what clients that people have do with a server of the conformance tree; each
# says what came, byte for byte. Wants report.sh, $tree (the tree's directory, which the
# server serves, with a file outside.txt beside it) and $scratch. clients_all has all of
# them; each can be called alone.
clients_here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=test/integration/clients_curl.sh
. "$clients_here/clients_curl.sh"
# shellcheck source=test/integration/clients_wget.sh
. "$clients_here/clients_wget.sh"

# clients_all URL REQUESTS: so many requests of each of the load generators.
clients_all() {
    clients_curl "$1"
    clients_curl_ranges "$1"
    clients_curl_conditions "$1"
    clients_curl_messages "$1"
    clients_curl_traversal "$1"
    clients_wget "$1"
    clients_wget_resume "$1"
    clients_wget_timestamps "$1"
    clients_wget_odd_names "$1"
    clients_python "$1"
    clients_ab "$1" "$2"
    clients_h2load "$1" "$2"
}

# A client that is not there is a failure: otherwise nobody would learn of it.
clients_need() {
    command -v "$1" >/dev/null && return 0
    not_ok "$1 is not installed: scripts/setup check"
    return 1
}

# clients_odd_targets: "NAME<TAB>TARGET" of every plain file of the odd directory, with each
# byte of the name percent-encoded; a line feed in a name is written \n.
clients_odd_targets() {
    local path name encoded byte i LC_ALL=C
    for path in "$tree"/odd/*; do
        [ -f "$path" ] || continue
        name=${path##*/}
        encoded=
        for ((i = 0; i < ${#name}; i++)); do
            printf -v byte '%d' "'${name:i:1}"
            printf -v encoded '%s%%%02X' "$encoded" $((byte & 255))
        done
        printf '%s\0%s\0' "$name" "odd/$encoded"
    done
}

# clients_renewable: makes a file that the tree has for a while, and says its name.
clients_renewable() {
    mkdir -p "$tree/renewed"
    printf 'the first edition\n' >"$tree/renewed/news.txt"
    touch -d '2024-02-29 12:00:00 UTC' "$tree/renewed/news.txt"
    echo renewed/news.txt
}

clients_renew() {
    printf 'the second edition, and longer\n' >"$tree/renewed/news.txt"
    touch -d '2024-03-01 12:00:00 UTC' "$tree/renewed/news.txt"
}

# http.client and urllib of python's own library.
clients_python() {
    clients_need python3 || return 0
    check "python3's http.client and urllib" \
        python3 "$clients_here/clients_python.py" "$1" "$tree"
}

# clients_ab URL REQUESTS
clients_ab() {
    local url=$1 count=$2 output
    clients_need ab || return 0
    for keep in '' -k; do
        # shellcheck disable=SC2086
        output=$(ab -q $keep -n "$count" -c 20 "$url/4k.bin" 2>&1) || true
        equal "ab $keep: $count requests, 20 at a time" "$count 0" \
            "$(awk '/^Complete requests/ { c = $3 } /^Failed requests/ { f = $3 }
                /^Non-2xx/ { f += $3 } END { print c, f }' <<<"$output")"
        [ -z "$keep" ] || equal "ab -k keeps its connections" "$count" \
            "$(awk '/^Keep-Alive requests/ { print $3 }' <<<"$output")"
    done
}

# clients_h2load URL REQUESTS: in its HTTP/1.1 mode, and with four requests in flight on
# each connection (pipelined).
clients_h2load() {
    local url=$1 count=$2 output
    clients_need h2load || return 0
    for streams in 1 4; do
        output=$(h2load --h1 -n "$count" -c 10 -m $streams "$url/4k.bin" 2>&1) || true
        equal "h2load --h1 -m $streams: $count requests, 10 connections" \
            "requests: $count total, $count started, $count done, $count succeeded, 0 failed, 0 errored, 0 timeout; status codes: $count 2xx, 0 3xx, 0 4xx, 0 5xx" \
            "$(grep -E '^(requests|status codes):' <<<"$output" | paste -sd'|' | sed 's/|/; /')"
    done
}
